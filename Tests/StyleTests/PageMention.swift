/// A place that sends the reader to a page of documentation: `doc:` and its name in angle brackets.
struct PageMention: Equatable {
    let page: String
    let path: String
    let line: Int

    static func all(in lines: [String], of path: String) -> [PageMention] {
        lines.enumerated().flatMap { number, line in
            line.components(after: "<doc" + ":").map { rest in
                let page = rest.prefix { $0 != ">" && $0 != "#" }
                return PageMention(page: String(page), path: path, line: number + 1)
            }
        }
    }
}

extension String {
    /// The lines of a text.
    var lines: [String] {
        split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    /// What follows each occurrence of `mark`, up to the end or the next one.
    fileprivate func components(after mark: String) -> [Substring] {
        Array(split(separator: mark, omittingEmptySubsequences: false).dropFirst())
    }
}
