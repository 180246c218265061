"""Calls any method of this project's services from Python, and prints the answers as JSON, then the status.

    python3 scripts/foreign-client.py 127.0.0.1:50051 package.Service/Method '{"field": "value"}' ...

Needs the packages grpcio and protobuf. Takes the contracts from `proto`, so nothing has to be generated.
"""

import argparse
import subprocess
import sys
import time

try:
    import grpc
    from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory
except ModuleNotFoundError as error:
    raise SystemExit(
        f"{sys.executable} has no {error.name}: install grpcio and protobuf for it (python3 -m pip install grpcio protobuf, "
        "or apt-get install python3-grpcio python3-protobuf), or run this with a python3 that has them."
    ) from None

parser = argparse.ArgumentParser()
parser.add_argument("address", help="where the server listens, as HOST:PORT")
parser.add_argument("method", help="for example streamlings.streaming.v1.StreamingService/UnaryCall")
parser.add_argument("messages", nargs="*", help="what to send, as JSON")
parser.add_argument("--take", type=int, metavar="N", help="cancel after N answers")
parser.add_argument("--pause", type=float, default=0, metavar="SECONDS", help="wait before each answer is read")
parser.add_argument("--quiet", action="store_true", help="count the answers instead of printing them")
options = parser.parse_args()

image = subprocess.run(["npx", "buf", "build", "proto", "-o", "-#format=binpb"], check=True, stdout=subprocess.PIPE)
pool = descriptor_pool.DescriptorPool()
for file in descriptor_pb2.FileDescriptorSet.FromString(image.stdout).file:
    pool.Add(file)
service, _, name = options.method.partition("/")
method = pool.FindServiceByName(service).FindMethodByName(name)
if hasattr(message_factory, "GetMessageClass"):
    message_class = message_factory.GetMessageClass
else:
    message_class = message_factory.MessageFactory(pool).GetPrototype


def requests():
    for text in options.messages:
        yield json_format.Parse(text, message_class(method.input_type)(), descriptor_pool=pool)


# On the wire all four kinds of calls are a stream of messages each way.
with grpc.insecure_channel(options.address) as channel:
    call = channel.stream_stream(
        "/" + options.method,
        request_serializer=lambda message: message.SerializeToString(),
        response_deserializer=message_class(method.output_type).FromString,
    )(requests())
    taken = 0
    try:
        while taken != options.take:
            time.sleep(options.pause)
            answer = next(call)
            taken += 1
            if not options.quiet:
                print(json_format.MessageToJson(answer, indent=None, descriptor_pool=pool), flush=True)
        call.cancel()
    except (StopIteration, grpc.RpcError):
        pass
    code, details = call.code(), call.details()
    print(f"{taken} answers, {code.name}" + (f": {details}" if details and code != grpc.StatusCode.OK else ""))
