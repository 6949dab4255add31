internal import Glibc
import NewswireLog

@main
struct NewswireCommand {
    static func main() {
        let isOutputClosed = StandardStreams.prepare()
        let output = StandardOutput(isClosed: isOutputClosed)
        let words = Array(CommandLine.arguments.dropFirst())
        exit(run(words, output: output).number)
    }

    /// Does what the words ask for; whatever goes wrong is said in one sentence.
    private static func run(_ words: [String], output: StandardOutput) -> ExitCode {
        do {
            let code = try perform(words, output: output)
            try output.flush()
            return code
        } catch OutputFailure.closed {
            // Whoever read has seen enough.
            return .fine
        } catch {
            return report(error, output: output)
        }
    }

    private static func perform(_ words: [String], output: StandardOutput) throws -> ExitCode {
        switch try ArgumentParser.parse(words, root: .newswire) {
        case .help(let path):
            try output.write(HelpPage(path: path).text)
            return .fine
        case .run(let command, let arguments):
            guard let run = command.run else { preconditionFailure("a group was to be run") }
            return try run(Invocation(arguments, output: output))
        }
    }

    private static func report(_ error: any Error, output: StandardOutput) -> ExitCode {
        let messages = Messages(isQuiet: false, isVerbose: false)
        do {
            // What was found before the failure is shown before it is told.
            try output.flush()
        } catch {
            messages.detail("standard output was lost: \(error)")
        }
        messages.error(FailureText.sentence(for: error))
        return FailureText.exitCode(for: error)
    }
}
