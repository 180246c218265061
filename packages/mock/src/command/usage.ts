/** What `--help` prints after the name of the command. */
export const usage = `[serve] --proto PATH --scenarios DIR [options]
       NAME lint --proto PATH --scenarios DIR
       NAME record --to HOST:PORT --proto PATH --out DIR [--listen HOST:PORT]
       NAME journal [--follow] [--admin HOST:PORT]
       NAME push STREAM JSON [--admin HOST:PORT]
       NAME verify METHOD [--received PATTERN] [--at-least N] [--at-most N] [--admin HOST:PORT]
       NAME reset [--admin HOST:PORT]

serve plays JSONL scenarios as a gRPC server until it is interrupted.

  --proto PATH              a folder of .proto files, one such file, or a descriptor set (.binpb)
  --scenarios DIR           a folder of .jsonl files
  --host HOST               where to listen (default 127.0.0.1)
  --port N                  default 50051; 0 is any free port
  --seed N                  makes everything random the same in each run
  --watch                   takes over changes of both folders
  --log                     prints what happens in every stream
  --no-admin                serves no admin service
  --tls-cert FILE           speaks TLS, with this certificate
  --tls-key FILE            the certificate's key
  --tls-client-ca FILE      demands of clients a certificate of this authority
  --stream-timeout MS       ends streams in which nothing happens and nothing is to come
  --max-stream-messages N   ends streams with more messages in one direction
  --stream-buffer-size N    replies that may wait before a stream is read no further (default 1024)
  --latency-min-ms MS       puts off each reply and each due time, at least
  --latency-max-ms MS       and at most

lint looks for mistakes in scenarios; it fails where it finds any.
record is a proxy in front of a server that writes a scenario of each call.
journal, push, verify and reset talk to a server that runs (default --admin 127.0.0.1:50051).
`;
