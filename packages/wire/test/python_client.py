"""Makes a unary call, a client stream and a call that fails.

Arguments: the server's address, and streaming.proto's FileDescriptorProto in base64.
"""

import base64
import sys

import grpc
from google.protobuf import descriptor_pool, message_factory

address, descriptor = sys.argv[1:]
pool = descriptor_pool.DescriptorPool()
pool.AddSerializedFile(base64.b64decode(descriptor))
service = pool.FindServiceByName("streamlings.streaming.v1.StreamingService")


def message_class(message):
    if hasattr(message_factory, "GetMessageClass"):
        return message_factory.GetMessageClass(message)
    return message_factory.MessageFactory(pool).GetPrototype(message)


def method(channel, kind, name):
    found = service.methods_by_name[name]
    return getattr(channel, kind)(
        f"/{service.full_name}/{name}",
        request_serializer=lambda message: message.SerializeToString(),
        response_deserializer=message_class(found.output_type).FromString,
    )


Message = message_class(pool.FindMessageTypeByName("streamlings.streaming.v1.Message"))

with grpc.insecure_channel(address) as channel:
    unary = method(channel, "unary_unary", "UnaryCall")
    upload = method(channel, "stream_unary", "ClientStreaming")
    unary(Message(content="hi"), timeout=20)
    upload((Message(content=content) for content in ["a", "b"]), timeout=20)
    try:
        unary(Message(), timeout=20)
    except grpc.RpcError:
        pass
