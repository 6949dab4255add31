import NewswireLog
import Synchronization

/// What is said on standard error: a sentence a line, each with the name of the command before it.
struct Messages: Sendable {
    /// Only errors are said.
    let isQuiet: Bool
    /// Details are said, too.
    let isVerbose: Bool
    /// Whether somebody looks at them.
    let isTerminal = StandardStreams.isTerminal(StandardStreams.errors)

    /// Something that failed or is damaged.
    func error(_ sentence: String) {
        let isRed = isTerminal && Environment.allowsColor
        write(isRed ? "\u{1b}[31mnewswire:\u{1b}[0m \(sentence)" : "newswire: \(sentence)")
    }

    /// Something worth knowing.
    func note(_ sentence: String) {
        if !isQuiet { write("newswire: \(sentence)") }
    }

    /// Something worth knowing for whoever looks closely.
    func detail(_ sentence: String) {
        if isVerbose, !isQuiet { write("newswire: \(sentence)") }
    }

    /// A question, whose answer is typed behind it.
    func ask(_ question: String) { write(bytes: Array("newswire: \(question)".utf8)) }

    /// In one call, so that lines of two threads do not mix.
    private func write(_ line: String) { write(bytes: Array((line + "\n").utf8)) }

    private func write(bytes: [UInt8]) {
        do throws(OutputFailure) {
            try OutputDescriptor(number: StandardStreams.errors).write(bytes.rawSpan)
        } catch {
            // Nobody reads what goes wrong: the exit code says it, too.
            return
        }
    }
}
