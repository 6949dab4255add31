/// Why a command ends without having done what it was asked for.
struct CommandFailure: Error {
    /// How the process ends.
    let exitCode: ExitCode
    /// One sentence: what, where and what to do.
    let message: String

    /// The command line asks for something that cannot be.
    static func misuse(_ message: String) -> CommandFailure {
        CommandFailure(exitCode: .misuse, message: message)
    }

    /// It was tried and failed, or damage was found.
    static func failed(_ message: String) -> CommandFailure {
        CommandFailure(exitCode: .failed, message: message)
    }
}

/// What a command tells the shell at its end.
struct ExitCode: Hashable {
    let number: Int32

    /// It was done; nothing found is fine, too.
    static let fine = ExitCode(number: 0)
    /// It failed, or damage was found.
    static let failed = ExitCode(number: 1)
    /// The command line asks for something that cannot be.
    static let misuse = ExitCode(number: 2)

    /// It stopped because of a signal, after it had finished what it had to.
    static func signal(_ number: Int32) -> ExitCode { ExitCode(number: 128 + number) }
}
