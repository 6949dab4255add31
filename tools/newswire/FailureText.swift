import Newswire
import NewswireLog

/// Failures of all layers as one sentence, and how the process ends after them.
enum FailureText {
    /// What happened, where, and what to do.
    static func sentence(for error: any Error) -> String {
        switch error {
        case let failure as CommandFailure: failure.message
        case let failure as NewswireError: failure.message
        case let failure as LogFailure: NewswireError(failure).message
        case let failure as IOFailure: failure.description
        case OutputFailure.failed(let errorNumber):
            "cannot write to standard output: \(OutputFailure.reason(errorNumber))"
        default: "\(error)"
        }
    }

    /// How the process ends: what the command line asks for and cannot be is misuse.
    static func exitCode(for error: any Error) -> ExitCode {
        switch error {
        case let failure as CommandFailure: failure.exitCode
        case let failure as NewswireError where isMisuse(failure.code): .misuse
        default: .failed
        }
    }

    private static func isMisuse(_ code: NewswireError.Code) -> Bool {
        let codes: [NewswireError.Code] = [
            .invalidTopicName, .unknownConfiguration, .invalidConfiguration, .unsupported,
            .invalidArgument,
        ]
        return codes.contains(code)
    }
}
