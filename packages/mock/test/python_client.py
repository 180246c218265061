"""The Python client of the dialect's documents, on message types that are made of a descriptor set."""

import base64
import sys

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

address, encoded = sys.argv[1:]
pool = descriptor_pool.DescriptorPool()
files = descriptor_pb2.FileDescriptorSet.FromString(base64.b64decode(encoded))
for file in files.file:
    pool.Add(file)


def find_class(name):
    descriptor = pool.FindMessageTypeByName(name)
    if hasattr(message_factory, "GetMessageClass"):
        return message_factory.GetMessageClass(descriptor)
    return message_factory.MessageFactory(pool).GetPrototype(descriptor)


FileChunk = find_class("myapp.FileChunk")
UploadResponse = find_class("myapp.UploadResponse")
SubscribeRequest = find_class("myapp.SubscribeRequest")
Notification = find_class("myapp.Notification")
ChatMessage = find_class("myapp.ChatMessage")


def generate_chunks():
    chunks = [b"chunk1", b"chunk2", b"chunk3"]
    for i, chunk in enumerate(chunks):
        yield FileChunk(data=chunk, sequence=i, is_last=(i == len(chunks) - 1))


with grpc.insecure_channel(address) as channel:
    upload = channel.stream_unary(
        "/myapp.UploadService/UploadFile",
        request_serializer=FileChunk.SerializeToString,
        response_deserializer=UploadResponse.FromString,
    )
    response = upload(generate_chunks(), timeout=10)
    print("upload", response.total_size, response.status, len(response.file_id))

    subscribe = channel.unary_stream(
        "/myapp.NotificationService/Subscribe",
        request_serializer=SubscribeRequest.SerializeToString,
        response_deserializer=Notification.FromString,
    )
    call = subscribe(SubscribeRequest(topics=["user"]), timeout=10)
    print("notification", next(call).message)
    try:
        next(call)
    except grpc.RpcError as error:
        print("error", error.code().name, error.details())

    chat = channel.stream_stream(
        "/myapp.ChatService/Chat",
        request_serializer=ChatMessage.SerializeToString,
        response_deserializer=ChatMessage.FromString,
    )
    sent = [ChatMessage(user_id="ada", type=1), ChatMessage(user_id="ada", content='said "hi"')]
    for message in chat(iter(sent), timeout=10):
        print("chat", message.user_id, message.content)
