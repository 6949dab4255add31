import Foundation
import NewswireTesting
import Testing

/// How one run of the command ended.
struct CommandResult {
    /// The exit code; of a process that a signal ended, 128 and its number.
    let status: Int32
    let output: String
    let errors: String

    /// The lines of standard output.
    var lines: [String] {
        output.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
    }

    /// The lines of standard error.
    var errorLines: [String] {
        errors.split(separator: "\n").map(String.init)
    }
}

/// A directory for data, and the built command working on it as a process.
final class CommandHarness: Sendable {
    let folder: TemporaryDirectory
    /// The directory that `--data` means.
    let data: String

    init() throws {
        folder = try TemporaryDirectory()
        data = folder.path("data")
    }

    /// The command beside the test bundle.
    static let executable: URL = {
        let bundle = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        return bundle.deletingLastPathComponent().appendingPathComponent("newswire")
    }()

    /// Directories written by a Kafka broker.
    static let kafkaFixtures = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("FormatTests/Fixtures/kafka-4.3.1")

    /// Runs the command to its end, with `NEWSWIRE_DATA` as the directory.
    func run(_ arguments: String..., input: String = "") async throws -> CommandResult {
        try await run(arguments, input: Data(input.utf8))
    }

    /// Runs the command to its end with any bytes as its input.
    func run(
        _ arguments: [String], input: Data = Data(), environment: [String: String] = [:]
    ) async throws -> CommandResult {
        let names = (0..<3).map { _ in folder.path(UUID().uuidString) }
        try input.write(to: URL(fileURLWithPath: names[0]))
        for name in names.dropFirst() {
            try #require(FileManager.default.createFile(atPath: name, contents: nil))
        }
        let process = makeProcess(arguments, environment)
        process.standardInput = FileHandle(forReadingAtPath: names[0])
        process.standardOutput = FileHandle(forWritingAtPath: names[1])
        process.standardError = FileHandle(forWritingAtPath: names[2])
        let status = try await Self.runToTheEnd(process)
        return CommandResult(
            status: status, output: try Self.text(names[1]), errors: try Self.text(names[2]))
    }

    /// Runs the command and expects it to end well.
    @discardableResult
    func succeed(
        _ arguments: String..., input: String = "", at location: SourceLocation = #_sourceLocation
    ) async throws -> CommandResult {
        let result = try await run(arguments, input: Data(input.utf8))
        #expect(result.status == 0, "\(arguments): \(result.errors)", sourceLocation: location)
        return result
    }

    /// Creates a topic that keeps records whatever their timestamps.
    func createTopic(_ name: String, partitions: Int = 1) async throws {
        try await succeed(
            "topics", "create", name, "--partitions", String(partitions), "--config",
            "retention.ms=-1")
    }

    /// Starts the command with pipes, to talk to it while it runs.
    func start(_ arguments: String...) throws -> RunningCommand {
        try RunningCommand(makeProcess(arguments, [:]))
    }

    private func makeProcess(_ arguments: [String], _ environment: [String: String]) -> Process {
        let process = Process()
        process.executableURL = Self.executable
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
        process.environment = ["NEWSWIRE_DATA": data, "PATH": "/usr/bin:/bin"]
            .merging(environment) { $1 }
        return process
    }

    /// The bytes of a file as text; what is not UTF-8 is replaced.
    static func text(_ path: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
    }

    private static func runToTheEnd(_ process: Process) async throws -> Int32 {
        try await withCheckedThrowingContinuation { continuation in
            process.terminationHandler = { continuation.resume(returning: status(of: $0)) }
            do {
                try process.run()
            } catch {
                continuation.resume(throwing: error)
            }
        }
    }

    fileprivate static func status(of process: Process) -> Int32 {
        process.terminationReason == .uncaughtSignal
            ? 128 + process.terminationStatus : process.terminationStatus
    }
}

/// The command while it runs.
final class RunningCommand {
    private let process: Process
    private let input = Pipe()
    private let output = Pipe()
    private let errors = Pipe()
    private var outputSoFar = ""

    fileprivate init(_ process: Process) throws {
        self.process = process
        process.standardInput = input
        process.standardOutput = output
        process.standardError = errors
        try process.run()
    }

    deinit {
        if process.isRunning { process.terminate() }
    }

    /// Types something.
    func type(_ text: String) throws {
        try input.fileHandleForWriting.write(contentsOf: Data(text.utf8))
    }

    /// Ends what is typed.
    func endInput() throws { try input.fileHandleForWriting.close() }

    /// Waits for the next line of standard output; nil at its end.
    func nextLine() -> String? {
        while !outputSoFar.contains("\n") {
            let portion = output.fileHandleForReading.availableData
            guard !portion.isEmpty else { return nil }
            outputSoFar += String(decoding: portion, as: UTF8.self)
        }
        let line = outputSoFar.prefix { $0 != "\n" }
        outputSoFar = String(outputSoFar.dropFirst(line.count + 1))
        return String(line)
    }

    /// Reads no more.
    func closeOutput() throws { try output.fileHandleForReading.close() }

    /// Sends a signal.
    func signal(_ number: Int32) { kill(process.processIdentifier, number) }

    /// Waits for the end; answers the status and what was said on standard error.
    func end() throws -> (status: Int32, errors: String) {
        let said = try errors.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (CommandHarness.status(of: process), String(decoding: said, as: UTF8.self))
    }
}
