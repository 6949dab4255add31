import Foundation
import NewswireTesting

/// Kafka's own tools, when `NEWSWIRE_KAFKA` names a command that runs one by its class's name.
enum KafkaTool {
    static let command = ProcessInfo.processInfo.environment["NEWSWIRE_KAFKA"]

    /// Whether there is a command; if not, tests that need one say so and are left out.
    static let isThere: Bool = {
        guard command == nil else { return true }
        print("skipped: no Kafka")
        return false
    }()

    /// Closes what a process inherits besides its three streams.
    ///
    /// Among that is the descriptor by which Foundation learns of a process's end: a broker in the
    /// background outlives the command that started it, and would keep it open.
    private static let closing =
        "for f in /proc/$$/fd/*; do n=${f##*/}; ((n < 3)) || eval \"exec $n>&-\"; done"

    /// Runs the command with `arguments` and answers what it prints.
    ///
    /// Nothing is asked through pipes, so that no reader is needed and nothing can fill up.
    static func run(
        _ arguments: [String], input: String = "", environment: [String: String] = [:]
    ) async throws -> String {
        let temporary = try TemporaryDirectory()
        let input = try file("input", in: temporary, holding: input)
        let output = try file("output", in: temporary)
        let errors = try file("errors", in: temporary)
        let process = Process()
        process.executableURL = URL(filePath: "/bin/bash")
        process.arguments = ["-c", "\(closing); exec \(command ?? "") \"$@\"", "bash"] + arguments
        process.standardInput = input
        process.standardOutput = output
        process.standardError = errors
        // Java writes what the locale can say; the heaps are for small data on a busy machine.
        process.environment = ProcessInfo.processInfo.environment
            .merging(["LC_ALL": "C.UTF-8", "KAFKA_HEAP_OPTS": "-Xmx384m"]) { $1 }
            .merging(environment) { $1 }
        try await run(process)
        let text = try String(contentsOfFile: temporary.path("output"), encoding: .utf8)
        guard process.terminationStatus == 0 else {
            let errors = try String(contentsOfFile: temporary.path("errors"), encoding: .utf8)
            throw Failure(
                arguments: arguments, status: process.terminationStatus, output: text + errors)
        }
        return text
    }

    /// Runs several at once, and answers what each of them prints.
    static func run(all: [[String]]) async throws -> [String] {
        try await withThrowingTaskGroup(of: (Int, String).self) { group in
            for (number, arguments) in all.enumerated() {
                group.addTask { (number, try await run(arguments)) }
            }
            var outputs = [String](repeating: "", count: all.count)
            for try await (number, output) in group { outputs[number] = output }
            return outputs
        }
    }

    /// What a tool said that did not do its work.
    struct Failure: Error {
        let arguments: [String]
        let status: Int32
        let output: String
    }

    private static func file(
        _ name: String, in temporary: TemporaryDirectory, holding text: String = ""
    ) throws -> FileHandle {
        let url = URL(filePath: temporary.path(name))
        try Data(text.utf8).write(to: url)
        return try FileHandle(forUpdating: url)
    }

    private static func run(_ process: Process) async throws {
        try await withCheckedThrowingContinuation {
            (continuation: CheckedContinuation<Void, any Error>) in
            process.terminationHandler = { _ in continuation.resume() }
            do {
                try process.run()
            } catch {
                process.terminationHandler = nil
                continuation.resume(throwing: error)
            }
        }
    }
}
