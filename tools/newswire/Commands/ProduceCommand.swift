import Newswire
import NewswireLog

/// `newswire produce`: appends lines to a topic.
enum ProduceCommand {
    static let command = Command(
        name: "produce", summary: "appends lines of input to a topic",
        operands: [
            Operand(placeholder: "TOPIC", summary: "the topic", completesTopics: true),
            Operand(
                placeholder: "FILE", summary: "the input (standard input unless given)",
                isOptional: true),
        ],
        options: ProduceRequest.options,
        details: """
            In a new directory the topic is created with it. Malformed lines are reported, \
            skipped and counted, and it ends with 1. On SIGINT or SIGTERM it stops reading, \
            waits for the acknowledgements of what it read, and ends with 130 or 143; a second \
            signal ends it at once.
            """,
        example: .init(
            line: "echo 'order-1=42 EUR' | newswire produce orders --key-separator =",
            effect: "one record with a key, on the disk when the command ends"),
        run: run)

    private static func run(_ invocation: Invocation) throws -> ExitCode {
        let request = try ProduceRequest(invocation)
        let input = try open(request.path)
        // Before the engine has threads of its own, which would take the signals otherwise.
        let stop = try StopSignal()
        let isNew = try !hasFormat(try invocation.dataPath())
        let session = try EngineSession(invocation, stop: stop)
        return try session.changing(isNew ? .create : .fail) { engine in
            if isNew { try createTopic(request.topic, in: engine, invocation.messages) }
            let production = try Production(request, of: engine, for: invocation, stop: stop)
            try production.read(input)
            return production.finish()
        }
    }

    private static func open(_ path: String?) throws -> InputDescriptor {
        guard let path else { return InputDescriptor() }
        do throws(IOFailure) {
            return try InputDescriptor(path: path)
        } catch {
            guard error.isNotFound else { throw error }
            throw CommandFailure.misuse("there is no file \(path)")
        }
    }

    private static func hasFormat(_ directory: String) throws(IOFailure) -> Bool {
        let path = FilePath.join(directory, DirectoryFormat.fileName)
        return try PosixFileSystem().status(of: path) != nil
    }

    private static func createTopic(
        _ name: String, in engine: StreamEngine, _ messages: Messages
    ) throws {
        _ = try engine.createTopic(name)
        messages.note("created topic \(name) with 1 partition in a new directory")
    }
}
