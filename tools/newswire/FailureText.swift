import NewswireLog

/// Failures of all layers as one sentence: what, where and what to do.
enum FailureText {
    static func sentence(for error: any Error) -> String {
        switch error {
        case let failure as CommandFailure: failure.message
        case let failure as IOFailure: failure.description
        case OutputFailure.failed(let errorNumber):
            "cannot write to standard output: \(OutputFailure.reason(errorNumber))"
        default: "\(error)"
        }
    }
}
