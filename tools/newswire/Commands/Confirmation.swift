import NewswireLog

/// Asks whoever types before something goes for good.
struct Confirmation {
    private static let answerByteCountMax = 4096

    private let invocation: Invocation

    init(_ invocation: Invocation) { self.invocation = invocation }

    /// Asks `question`, and goes on only with the answer `expected`.
    ///
    /// - Throws: misuse when nobody can be asked; a failure when the answer is another one.
    func ask(_ question: String, expecting expected: String) throws {
        let input = InputDescriptor()
        guard input.isTerminal else {
            throw CommandFailure.misuse("nobody can be asked here: say --yes")
        }
        invocation.messages.ask(question)
        var answer: [UInt8] = []
        while !answer.contains(UInt8(ascii: "\n")), answer.count < Self.answerByteCountMax {
            guard try input.read(upTo: Self.answerByteCountMax, appendingTo: &answer) > 0 else {
                break
            }
        }
        let line = answer.prefix { $0 != UInt8(ascii: "\n") }
        guard line.elementsEqual(expected.utf8) else {
            throw CommandFailure.failed("nothing was done, as the answer was not '\(expected)'")
        }
    }
}
