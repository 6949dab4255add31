/// A piece of a JSON text.
package struct JSONToken: Hashable, Sendable {
    /// What the piece is.
    package enum Kind: Hashable, Sendable {
        case beginObject, endObject, beginArray, endArray
        /// The name of a member; its value comes next.
        case name
        case string, number, boolean(Bool), null
    }

    /// What it is.
    package let kind: Kind
    /// Where its text stands; of a name or string with its quotation marks.
    package let range: Range<Int>
    /// Whether a name or string holds an escape, so that its content is not what stands in the
    /// text.
    package let isEscaped: Bool

    package init(_ kind: Kind, _ range: Range<Int>, isEscaped: Bool = false) {
        self.kind = kind
        self.range = range
        self.isEscaped = isEscaped
    }
}
