/** What somebody believes about gRPC streaming, and how it shows. */
export interface Misconception {
  /** The belief, as its holder would put it. */
  belief: string;
  /** What is seen from outside, where nothing else is wrong. */
  symptom: string;
}

/** Every misconception that the course knows, by the id that checks and mistakes name. The number of an id is for ever. */
export const misconceptions: Record<string, Misconception> = {
  'L1-01': { belief: 'Fields have the names of the .proto file', symptom: 'a field arrives empty' },
  'L1-02': { belief: 'An async handler can return its answer', symptom: 'the client waits for its deadline' },
  'L1-03': {
    belief: 'What a handler throws reaches the client',
    symptom: 'UNKNOWN, or a hang and an unhandled rejection',
  },
  'L1-04': {
    belief: 'Any Error will do as a status',
    symptom: 'UNKNOWN with an internal text that the client should not see',
  },
  'L1-05': { belief: 'A second callback is harmless', symptom: 'the client hangs, or gets the wrong answer' },
  'L1-06': { belief: 'OK with a failure in the body', symptom: 'the client takes a failure for success' },
  'L1-07': {
    belief: 'Every failure is INTERNAL or UNKNOWN',
    symptom: 'clients retry what can never succeed',
  },
  'L1-08': {
    belief: 'A deadline is a duration, or there is one by default',
    symptom: 'DEADLINE_EXCEEDED at once, or never',
  },
  'L1-09': {
    belief: 'Call options are the same in every library',
    symptom: 'an option is ignored in silence',
  },
  'L1-10': {
    belief: 'int64 is a number',
    symptom: 'large numbers change their last digits, or a TypeError about BigInt',
  },
  'L1-11': {
    belief: "0, '' and false arrive as “not set”",
    symptom: 'an explicit zero is replaced by the default',
  },
  'L1-12': { belief: 'A timestamp is any number', symptom: 'times in 1970, or a thousand times off' },
  'L1-13': { belief: 'Metadata takes any string', symptom: 'an exception about illegal characters' },
  'L1-14': {
    belief: 'The 4 MiB limit is on the stream, or on the sender',
    symptom: 'RESOURCE_EXHAUSTED for one large message',
  },
  'L1-15': {
    belief: 'Every call has its own client',
    symptom: 'a connection for each call, or some that stay open',
  },
  'L1-16': { belief: 'A method can be taken off its client', symptom: 'a TypeError about undefined' },
  'L1-17': { belief: 'Any HTTP server serves gRPC', symptom: 'a protocol error before the first message' },

  'L2-01': { belief: 'write() sends, and its result is noise', symptom: 'memory grows with the result' },
  'L2-02': {
    belief: 'When the client leaves, my loop stops',
    symptom: 'timers and sources that nobody stops',
  },
  'L2-03': {
    belief: 'The stream ends when my function returns',
    symptom: 'all messages, but never a status',
  },
  'L2-04': {
    belief: 'Nobody has to listen for errors',
    symptom: 'the process ends with an uncaught exception',
  },
  'L2-05': { belief: 'break stops the server', symptom: 'the server goes on after the client had enough' },
  'L2-06': { belief: 'Collect, then send', symptom: 'the first message comes after the last was made' },
  'L2-07': { belief: 'destroy(error) reports the error', symptom: 'some messages, then a hang' },
  'L2-08': { belief: 'On failure, end the stream', symptom: 'a short list that looks complete' },
  'L2-09': {
    belief: 'What was sent before an error arrives',
    symptom: 'a slow reader misses the last messages',
  },
  'L2-10': {
    belief: 'end means success',
    symptom: 'a failed call is taken for a finished one',
  },
  'L2-11': { belief: 'cancelled means that the client left', symptom: 'every call is counted as aborted' },
  'L2-12': { belief: 'After an error I can go on', symptom: 'a hang, or the wrong status' },
  'L2-13': { belief: 'Not listening is slow consuming', symptom: 'the client buffers a whole stream' },
  'L2-14': { belief: 'One message object can be reused', symptom: 'messages arrive twice, others never' },
  'L2-15': { belief: 'The client can filter', symptom: 'much more crosses the wire than was asked for' },
  'L2-16': { belief: 'Text can be cut anywhere', symptom: 'characters turn into “�”' },
  'L2-17': {
    belief: 'A deadline bounds the gap between messages',
    symptom: 'a live stream dies in the middle',
  },

  'L3-01': { belief: 'The callback ends the call', symptom: 'the server waits for more until the deadline' },
  'L3-02': { belief: "on('end') is enough", symptom: 'the end never comes' },
  'L3-03': { belief: 'At the end, my async work is done', symptom: 'the answer counts too few' },
  'L3-04': { belief: 'end means that the client finished', symptom: 'half an upload is kept as a whole one' },
  'L3-05': { belief: 'Keep everything, then fold', symptom: 'memory grows with the upload' },
  'L3-06': {
    belief: 'A client’s write() never has to wait',
    symptom: 'the whole source is queued in memory',
  },
  'L3-07': { belief: 'One bad item fails all, or is ignored', symptom: 'totals that do not add up' },
  'L3-08': { belief: 'A throw in a listener becomes a status', symptom: 'an unhandled rejection and a hang' },
  'L3-09': { belief: 'After an early answer I can answer again', symptom: 'a hang, or the wrong answer' },
  'L3-10': {
    belief: 'A failing source stops the upload',
    symptom: 'the call stays open until its deadline',
  },
  'L3-11': { belief: 'Chunks need no checks', symptom: 'a damaged file is accepted' },
  'L3-12': { belief: 'I can still write after the end', symptom: 'ERR_STREAM_WRITE_AFTER_END' },
  'L3-13': { belief: 'Only full batches count', symptom: 'the last few items are missing' },
  'L3-14': { belief: 'State can live beside the handler', symptom: 'calls get each other’s totals' },
  'L3-15': {
    belief: 'The server has to wait for the end',
    symptom: 'a client works on after it has its answer',
  },

  'L4-01': {
    belief: 'for await over a duplex call is the async way',
    symptom: 'the last reply and the status are lost',
  },
  'L4-02': { belief: 'Read everything, then reply', symptom: 'both sides wait after the first message' },
  'L4-03': { belief: 'Send everything, then read', symptom: 'both sides wait after the first message' },
  'L4-04': { belief: 'end() ends the call', symptom: 'late replies are lost' },
  'L4-05': { belief: 'One request, one reply', symptom: 'replies go to the wrong request' },
  'L4-06': { belief: 'Concurrent work keeps its order', symptom: 'fast replies overtake slow ones' },
  'L4-07': { belief: 'Members say goodbye', symptom: 'people who left long ago are still listed' },
  'L4-08': { belief: 'Cleanup runs once', symptom: 'somebody leaves twice' },
  'L4-09': { belief: 'A broadcast awaits each member', symptom: 'one slow reader stops all' },
  'L4-10': { belief: 'A queue per member solves it', symptom: 'one slow reader fills the memory' },
  'L4-11': { belief: 'One list holds all rooms', symptom: 'messages show up in other rooms' },
  'L4-12': { belief: 'A timer dies with its call', symptom: 'a crash some time after the end' },
  'L4-13': {
    belief: 'Bidirectional streaming works over any HTTP',
    symptom: 'HTTP 505, or a protocol error',
  },
  'L4-14': { belief: 'Two loops, one catch', symptom: 'one loop runs on after the other has failed' },
  'L4-15': { belief: 'Both sides can write first', symptom: 'both stop when both windows are full' },

  'L5-01': { belief: 'A small sleep is backpressure', symptom: 'memory still grows, only later' },
  'L5-02': { belief: 'Batching is backpressure', symptom: 'memory grows in steps' },
  'L5-03': { belief: 'HTTP/2 does it for me', symptom: 'the socket stops, and the queue before it grows' },
  'L5-04': { belief: 'drain will come', symptom: 'a handler hangs after its client has left' },
  'L5-05': { belief: 'false means failure', symptom: 'messages arrive twice, or not at all' },
  'L5-06': { belief: 'Wait for drain after every write', symptom: 'a hang after the first message' },
  'L5-07': { belief: 'Listeners of a lost race are gone', symptom: 'MaxListenersExceededWarning' },
  'L5-08': { belief: 'pipe() cleans up', symptom: 'a source is never closed' },
  'L5-09': { belief: 'pause() stops the sender at once', symptom: 'messages still arrive after it' },
  'L5-10': { belief: 'Accepted means delivered', symptom: 'progress is shown where nothing has arrived' },
  'L5-11': { belief: 'A larger window helps a slow reader', symptom: 'the same stop, a little later' },
  'L5-12': { belief: 'An event emitter is a stream', symptom: 'events pile up behind a slow reader' },
  'L5-13': { belief: 'Large messages are efficient', symptom: 'small messages wait behind large ones' },
  'L5-14': {
    belief: 'One stalled stream blocks the others',
    symptom: 'extra connections that nobody needs',
  },

  'L6-01': { belief: 'finally always runs on a cancel', symptom: 'resources that stay open' },
  'L6-02': { belief: 'A signal needs no forwarding', symptom: 'work goes on behind a cancelled call' },
  'L6-03': { belief: 'Promise.all ends what it does not need', symptom: 'one fails, the others run on' },
  'L6-04': {
    belief: 'Awaiting one after the other is concurrent',
    symptom: 'the second starts after the first',
  },
  'L6-05': { belief: 'Calling a generator runs it', symptom: 'nothing happens' },
  'L6-06': {
    belief: 'A response can be read later, or twice',
    symptom: 'an empty second loop, or a premature close',
  },
  'L6-07': { belief: 'CANCELLED is a failure', symptom: 'errors in the log for every page that is left' },
  'L6-08': {
    belief: 'Listeners can be attached after an await',
    symptom: 'a crash, or headers that are missed',
  },
  'L6-09': { belief: 'A floating promise is fine', symptom: 'the process ends, and with it every call' },
  'L6-10': { belief: 'async listeners are waited for', symptom: 'far more work at once than was meant' },
  'L6-11': { belief: 'Timers end with the call', symptom: 'a process that does not exit' },
  'L6-12': { belief: 'The abort’s reason tells who aborted', symptom: 'a branch that is taken now and then' },
  'L6-13': { belief: 'Async code is parallel', symptom: 'every stream stands still while one computes' },
  'L6-14': {
    belief: 'Headers come early by themselves',
    symptom: 'a client waits for headers that do not come',
  },
  'L6-15': { belief: 'Anything that yields is a stream', symptom: 'INTERNAL without an explanation' },

  'L7-01': { belief: 'A sleep is long enough', symptom: 'tests that are slow, and fail now and then' },
  'L7-02': { belief: 'A mocked call is a test', symptom: 'green tests for a server that nobody can call' },
  'L7-03': { belief: 'A fixed port will be free', symptom: 'EADDRINUSE' },
  'L7-04': { belief: 'The runner closes what I opened', symptom: 'a test run that does not end' },
  'L7-05': { belief: 'tryShutdown() ends everything', symptom: 'a teardown that hangs' },
  'L7-06': { belief: 'Fake timers may be everywhere', symptom: 'a client that never connects' },
  'L7-07': { belief: 'An in-memory transport is the wire', symptom: 'green in memory, broken over HTTP/2' },
  'L7-08': { belief: 'Any messages will do', symptom: 'a test that passes without a single message' },
  'L7-09': {
    belief: 'A slow reader sees what preceded an error',
    symptom: 'counts that differ from run to run',
  },
  'L7-10': {
    belief: 'Repeated text is a large message',
    symptom: 'compression makes it small, and nothing stalls',
  },
  'L7-11': { belief: 'The number of buffered messages is fixed', symptom: 'red after an update of Node' },
  'L7-12': { belief: 'Tests can share a server’s state', symptom: 'red in another order' },
  'L7-13': { belief: 'Shutdown is UNAVAILABLE', symptom: 'red with another version of the library' },
  'L7-14': { belief: 'Unhandled errors are noise', symptom: 'green, while a client hangs' },

  'W1-01': {
    belief: 'A contract is its shape, and names and numbers are mine to choose',
    symptom: 'UNIMPLEMENTED, or fields that arrive empty or in the place of others',
  },
  'W1-02': {
    belief: 'The first value of an enum is the usual one',
    symptom: 'what nobody has said reads as if all were well',
  },
  'W1-03': {
    belief: 'The words of my data are those of the contract',
    symptom: 'some enum fields arrive as UNSPECIFIED',
  },
  'W1-04': {
    belief: 'Many answers are a repeated field',
    symptom: 'nothing arrives until everything is there',
  },
  'W1-05': { belief: 'Money is a number with a point', symptom: 'sums that are a cent off' },
  'W1-06': {
    belief: 'A server that answers is healthy',
    symptom: 'the health of a service is NOT_FOUND while the server is SERVING',
  },
  'W1-07': {
    belief: 'Reflection finds what is on the server',
    symptom: 'tools do not know a service that is there',
  },
  'W1-08': {
    belief: 'Comments of a contract can wait',
    symptom: 'people who write clients ask what a field means',
  },

  'W2-01': {
    belief: 'Every status comes from the server',
    symptom: 'people look in a log for a call that never arrived',
  },
  'W2-02': {
    belief: 'One fault at a time is enough',
    symptom: 'a form that is sent five times for five wrong fields',
  },
  'W2-03': {
    belief: 'The text of a status is its detail',
    symptom: 'programs that parse sentences, until somebody rewords one',
  },
  'W2-04': {
    belief: 'A broken server is one more bad item',
    symptom: 'a client that corrects what was right',
  },
  'W2-05': {
    belief: 'UNAUTHENTICATED and PERMISSION_DENIED are one thing',
    symptom: 'people sign in again and again, and still may not',
  },
  'W2-06': {
    belief: 'A limit begins anew with each second',
    symptom: 'twice as many calls as allowed, around the turn of a second',
  },
  'W2-07': {
    belief: '“Later” is all that a refused client needs',
    symptom: 'clients that call again at once',
  },
  'W2-08': { belief: 'A refused call counts, too', symptom: 'whoever keeps asking is kept out for ever' },
  'W2-09': {
    belief: 'A rough time to wait will do',
    symptom: 'a client that waits as it was told, and is refused again',
  },
  'W2-10': { belief: 'A limit is for a token', symptom: 'two tokens, twice the limit' },
  'W2-11': {
    belief: 'Each hop has the whole time again',
    symptom: 'a server that works for somebody who has gone',
  },
  'W2-12': {
    belief: 'A status can be passed on',
    symptom: 'a client is told to get a permission that it has',
  },
  'W2-13': {
    belief: 'maxAttempts counts the repetitions',
    symptom: 'one attempt more or less than was meant',
  },
  'W2-14': {
    belief: 'Retries are there by themselves',
    symptom: 'one lost call, one error, in spite of a retry policy',
  },
  'W2-15': { belief: 'Every call may be made again', symptom: 'one order, two deliveries' },
  'W2-16': {
    belief: 'Every error is worth another try',
    symptom: 'the same answer four times, and a server that is slower for it',
  },
  'W2-17': {
    belief: 'gRPC repeats a stream that breaks',
    symptom: 'a status in the middle of a stream, in spite of a retry policy',
  },
  'W2-18': {
    belief: 'A new stream goes on where the old one ended',
    symptom: 'events that come twice, or never',
  },
  'W2-19': { belief: 'Another try never hurts', symptom: 'a server that cannot come back, for all who call' },
  'W2-20': {
    belief: 'Five failures in a row are five in all',
    symptom: 'a long stream that ends, though it always went on',
  },
  'W2-21': { belief: 'Repeat at once', symptom: 'a thousand clients in the same millisecond' },
  'W2-22': {
    belief: 'My own pause is as good as the one I was told',
    symptom: 'refused again, or idle for nothing',
  },
  'W2-23': { belief: 'Failures add up', symptom: 'a breaker that opens after three failures in a week' },
  'W2-24': {
    belief: 'Counting failures protects somebody',
    symptom: 'calls to a server that is known to be away',
  },
  'W2-25': {
    belief: 'Every error is a failure of the other side',
    symptom: 'one client with a wrong request locks out all others',
  },
  'W2-26': {
    belief: 'A client that leaves says something about the server',
    symptom: 'a breaker that opens, closes or stays where it is for no reason',
  },
  'W2-27': { belief: 'After the rest, all at once', symptom: 'a server that comes back and is overrun' },
  'W2-28': {
    belief: 'After a bad trial, go on as before',
    symptom: 'a breaker that opens once and never again',
  },
  'W2-29': {
    belief: 'After a good trial, stay careful',
    symptom: 'calls that are refused long after all is well',
  },
  'W2-30': {
    belief: 'Every answer is news',
    symptom: 'an answer from before the failure closes the breaker',
  },

  'W3-01': {
    belief: 'First read the state, then listen for changes',
    symptom: 'a change in between is never seen',
  },
  'W3-02': { belief: 'What arrives later is newer', symptom: 'a price goes back in time, or comes twice' },
  'W3-03': { belief: 'A new call goes on where the old one was', symptom: 'a gap after each cut' },
  'W3-04': { belief: 'A position is the next one to send', symptom: 'the last message comes twice' },
  'W3-05': { belief: 'Call again at once', symptom: 'a server that comes back is run down again' },
  'W3-06': { belief: 'A gap can be passed over', symptom: 'a record that looks whole and is not' },
  'W3-07': { belief: 'Events can be conflated like a state', symptom: 'some are missing under load' },
  'W3-08': {
    belief: 'Every failure is worth another attempt',
    symptom: 'a client that never tells its user',
  },

  'W4-01': { belief: 'What is sent again is new', symptom: 'entries that are counted twice' },
  'W4-02': {
    belief: 'Statements in a row belong together',
    symptom: 'after a crash half a batch, or an id without its entries',
  },
  'W4-03': { belief: 'Written is kept', symptom: 'acknowledged entries are gone after a crash' },
  'W4-04': { belief: 'Try again at once', symptom: 'a server that comes back is overrun' },
  'W4-05': { belief: 'Trying again helps', symptom: 'a client repeats for ever what is refused' },
  'W4-06': { belief: 'A failed transaction is over', symptom: 'after one failure every batch fails' },
  'W4-07': { belief: 'A variance is a difference of two sums', symptom: 'a deviation of 0, or of NaN' },
  'W4-08': {
    belief: 'A counter for each name is constant memory',
    symptom: 'memory grows with the names that clients invent',
  },
  'W4-09': {
    belief: 'An id differs within its shipment',
    symptom: 'a second shipment is taken for the first, and lost',
  },
};
