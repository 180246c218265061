"""Makes one call of each kind, one that fails and one that it cancels; prints what it got as JSON.

Arguments: the server's address, and streaming.proto's FileDescriptorProto in base64.
"""

import base64
import json
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
StreamRequest = message_class(pool.FindMessageTypeByName("streamlings.streaming.v1.StreamRequest"))
result = {}

with grpc.insecure_channel(address) as channel:
    unary = method(channel, "unary_unary", "UnaryCall")
    server_streaming = method(channel, "unary_stream", "ServerStreaming")
    client_streaming = method(channel, "stream_unary", "ClientStreaming")
    bidi = method(channel, "stream_stream", "BidirectionalStreaming")
    limits = {"timeout": 10, "wait_for_ready": True}

    response, call = unary.with_call(
        Message(content="hi", timestamp=2**60), metadata=[("token", "secret")], **limits
    )
    result["unary"] = [response.content, response.timestamp, dict(call.trailing_metadata()).get("trailer")]

    responses = server_streaming(StreamRequest(topic="news", max_messages=3), **limits)
    result["server_streaming"] = [response.content for response in responses]

    requests = (Message(content=content) for content in ["a", "bc", "def"])
    result["client_streaming"] = client_streaming(requests, **limits).status

    requests = (Message(content=content) for content in ["a", "b"])
    result["bidi"] = [response.content for response in bidi(requests, **limits)]

    try:
        unary(Message(content=""), **limits)
    except grpc.RpcError as error:
        details = dict(error.trailing_metadata())["grpc-status-details-bin"]
        result["failure"] = [error.code().name, error.details(), b"google.rpc.BadRequest" in details]

    endless = server_streaming(StreamRequest(topic="endless", max_messages=2**31 - 1), **limits)
    next(endless)
    endless.cancel()
    result["cancelled"] = endless.code().name

print(json.dumps(result))
