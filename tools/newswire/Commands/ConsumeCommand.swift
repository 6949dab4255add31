import Newswire
import NewswireLog

/// `newswire consume`: the records of a topic.
enum ConsumeCommand {
    static let command = Command(
        name: "consume", summary: "writes the records of a topic",
        operands: [
            Operand(placeholder: "TOPIC", summary: "the topic to read", completesTopics: true)
        ],
        options: ConsumeRequest.options,
        details: """
            WHERE is beginning, end, OFFSET, -N (the last N of each partition), @MS since 1970, \
            @TIME as in @2026-03-01T12:00:00Z, or @-1h. It never writes and needs no lock. Plain \
            output is the value and a line end; --output jsonl writes what produce --input jsonl \
            reads.
            """,
        example: .init(
            line: "newswire consume orders --from @-1h --output jsonl | jq .value",
            effect: "what came within the last hour"),
        run: run)

    private static func run(_ invocation: Invocation) throws -> ExitCode {
        let request = try ConsumeRequest(invocation)
        // Before the engine has threads of its own, which would take the signals otherwise.
        let stop = request.follows ? try StopSignal() : nil
        return try EngineSession(invocation).reading { engine in
            var consumption = try Consumption(request, of: engine, for: invocation, stop: stop)
            do {
                try consumption.readToTheEnds()
                if let stop { try consumption.follow(until: stop) }
            } catch let failure as CommandFailure {
                // What was read before is written, and is whole.
                try consumption.finish()
                throw failure
            }
            try consumption.finish()
            return consumption.foundDamage ? .failed : .fine
        }
    }
}
