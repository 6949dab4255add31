import NewswireLog

/// The name of a member that an object may have; its raw value is its place in their order.
protocol MemberName: CaseIterable, Hashable, RawRepresentable<UInt8>, Sendable {}

extension MemberName {
    /// How it is written: as the case.
    var text: String { "\(self)" }
}

/// Finds members by their names, without a string for each.
struct MemberTable<Name: MemberName>: Sendable {
    private let members: [(name: Name, text: [UInt8])]
    private let owner: String

    /// The names that `owner` may have.
    init(_: Name.Type, of owner: String) {
        members = Name.allCases.map { ($0, Array($0.text.utf8)) }
        self.owner = owner
    }

    /// The member with this name.
    ///
    /// - Throws: when there is none, with the nearest that there is.
    func member(named text: RawSpan) throws(MalformedLine) -> Name {
        for (name, known) in members {
            // Lengths first: names seldom have the same, and then nothing is compared.
            if known.count == text.byteCount, text.hasSameBytes(as: known.rawSpan) { return name }
        }
        let name = String(decoding: [UInt8](copying: text), as: UTF8.self)
        let hint = NearestName.hint(name, members.map(\.name.text)).map { "; \($0)" } ?? ""
        throw MalformedLine("\(owner) has no '\(name)'\(hint)")
    }
}

/// Which members an object had so far: each may come once, and in one of its two spellings.
struct SeenMembers<Name: MemberName> {
    // A bit for each place.
    private var seen: UInt32 = 0

    /// Notes a member; `twin` is its other spelling.
    mutating func note(_ name: Name, twin: Name?) throws(MalformedLine) {
        guard !contains(name) else { throw MalformedLine("'\(name.text)' is there twice") }
        if let twin, contains(twin) {
            throw MalformedLine("both '\(twin.text)' and '\(name.text)' are there")
        }
        seen |= 1 << UInt32(name.rawValue)
    }

    private func contains(_ name: Name) -> Bool { seen >> UInt32(name.rawValue) & 1 == 1 }
}
