internal import NewswireLog

extension MetadataRecord {
    /// What a record of `__metadata` reads as.
    static func reading(
        key: RawSpan?, value: RawSpan?
    ) -> Result<MetadataRecord, MetadataFailure> {
        do throws(MetadataFailure) {
            return .success(try MetadataRecord(key: key, value: value))
        } catch {
            return .failure(error)
        }
    }

    /// Reads a record of `__metadata`.
    package init(key: RawSpan?, value: RawSpan?) throws(MetadataFailure) {
        guard let key else { throw .malformed("the key is null") }
        var keyBytes: [UInt8] = []
        keyBytes.append(key)
        guard let text = String(validating: keyBytes, as: UTF8.self) else {
            throw .malformed("the key is not UTF-8")
        }
        if text == MetadataLayout.idsKey {
            guard let value else { throw .malformed("\(text) has a null value") }
            self = .ids(nextPartitionId: try MetadataValueReader.ids(value))
        } else if text.hasPrefix(MetadataLayout.topicPrefix) {
            let name = String(text.dropFirst(MetadataLayout.topicPrefix.count))
            do throws(NewswireError) { try TopicName.validate(name) } catch {
                throw .malformed(error.message)
            }
            guard let value else { self = .topicDeleted(name); return }
            let topic = try MetadataValueReader.topic(value)
            guard topic.name == name else {
                throw .malformed("the key names \(name), the value \(topic.name)")
            }
            self = .topic(topic)
        } else {
            throw .unknownKey(text)
        }
    }
}

/// Reads the JSON values of `__metadata`.
private struct MetadataValueReader: ~Escapable {
    private var json: JSONReader

    @_lifetime(copy bytes)
    private init(_ bytes: RawSpan) { json = JSONReader(bytes) }

    /// The value of a topic's record.
    static func topic(_ bytes: RawSpan) throws(MetadataFailure) -> TopicEntry {
        typealias Member = MetadataLayout.TopicMember
        var reader = MetadataValueReader(bytes)
        var members = Members()
        var name: String?
        var id: TopicID?
        var partitions: [PartitionIdRange]?
        var overrides: [String: String]?
        try reader.expect(.beginObject)
        while let member = try reader.nextName() {
            guard try members.isKnown(member, Member.self) else { try reader.skip(); continue }
            switch Member(rawValue: member) {
            case .version: members.version = try reader.integer()
            case .name: name = try reader.string()
            case .id: id = TopicID(try reader.string())
            case .partitions: partitions = try reader.ranges()
            case .configuration: overrides = try reader.strings()
            case nil: break
            }
        }
        try reader.finish()
        try members.check(Member.self)
        guard let name, let id, let partitions, let overrides else {
            throw .malformed("the id is not 22 characters of base64")
        }
        let count = partitions.reduce(0) { $0 + $1.count }
        do throws(NewswireError) {
            let configuration = try TopicConfiguration(overrides: overrides, partitions: count)
                .validated()
            return TopicEntry(
                name: name, id: id, partitionIds: partitions, configuration: configuration)
        } catch {
            throw .malformed(error.message)
        }
    }

    /// The value of the record about ids.
    static func ids(_ bytes: RawSpan) throws(MetadataFailure) -> Int64 {
        typealias Member = MetadataLayout.IdsMember
        var reader = MetadataValueReader(bytes)
        var members = Members()
        var next: Int64?
        try reader.expect(.beginObject)
        while let member = try reader.nextName() {
            guard try members.isKnown(member, Member.self) else { try reader.skip(); continue }
            switch Member(rawValue: member) {
            case .version: members.version = try reader.integer()
            case .nextPartitionId: next = try reader.integer()
            case nil: break
            }
        }
        try reader.finish()
        try members.check(Member.self)
        guard let next, next >= TopicCatalog.firstPartitionId else {
            throw .malformed("nextPartitionId is \(next ?? 0)")
        }
        return next
    }

    // MARK: Pieces

    @_lifetime(self: copy self)
    private mutating func next() throws(MetadataFailure) -> JSONToken {
        do throws(JSONFailure) {
            guard let token = try json.next() else { throw JSONFailure(.unexpectedEnd, at: 0) }
            return token
        } catch {
            throw .malformed(error.description)
        }
    }

    /// Checks that nothing follows the value.
    @_lifetime(self: copy self)
    private mutating func finish() throws(MetadataFailure) {
        do throws(JSONFailure) { _ = try json.next() } catch {
            throw .malformed(error.description)
        }
    }

    @_lifetime(self: copy self)
    private mutating func expect(_ kind: JSONToken.Kind) throws(MetadataFailure) {
        let token = try next()
        guard token.kind == kind else { throw .malformed("\(token.kind) where \(kind) belongs") }
    }

    /// The name of the next member; nil at the object's end.
    @_lifetime(self: copy self)
    private mutating func nextName() throws(MetadataFailure) -> String? {
        let token = try next()
        return token.kind == .endObject ? nil : json.string(of: token)
    }

    @_lifetime(self: copy self)
    private mutating func skip() throws(MetadataFailure) {
        let token = try next()
        do throws(JSONFailure) { _ = try json.range(ofValueFrom: token) } catch {
            throw .malformed(error.description)
        }
    }

    @_lifetime(self: copy self)
    private mutating func string() throws(MetadataFailure) -> String {
        let token = try next()
        guard token.kind == .string else { throw .malformed("\(token.kind) for a string") }
        return json.string(of: token)
    }

    @_lifetime(self: copy self)
    private mutating func integer() throws(MetadataFailure) -> Int64 {
        let token = try next()
        guard token.kind == .number, let number = json.integer(of: token) else {
            throw .malformed("\(token.kind) for a whole number")
        }
        return number
    }

    @_lifetime(self: copy self)
    private mutating func ranges() throws(MetadataFailure) -> [PartitionIdRange] {
        var ranges: [PartitionIdRange] = []
        try expect(.beginArray)
        while true {
            let token = try next()
            if token.kind == .endArray { return ranges }
            guard token.kind == .beginArray else { throw .malformed("\(token.kind) for ids") }
            let (first, count) = (try integer(), try integer())
            try expect(.endArray)
            guard first >= TopicCatalog.firstPartitionId, first < .max / 2,
                (1...Int64(TopicConfiguration.partitionCountMax)).contains(count)
            else { throw .malformed("\(count) partition ids from \(first) on") }
            ranges.append(PartitionIdRange(first: first, count: Int(count)))
        }
    }

    @_lifetime(self: copy self)
    private mutating func strings() throws(MetadataFailure) -> [String: String] {
        var strings: [String: String] = [:]
        try expect(.beginObject)
        while let name = try nextName() {
            guard strings.updateValue(try string(), forKey: name) == nil else {
                throw .malformed("\(name) stands twice")
            }
        }
        return strings
    }
}

/// Which members of an object were met.
private struct Members {
    var version: Int64?
    private var met: Set<String> = []
    private var unknown: String?

    /// Notes a member, and answers whether its value is to be read.
    mutating func isKnown<Member: RawRepresentable<String>>(
        _ name: String, _: Member.Type
    ) throws(MetadataFailure) -> Bool {
        guard met.insert(name).inserted else { throw .malformed("\(name) stands twice") }
        guard Member(rawValue: name) == nil else { return true }
        unknown = name
        return false
    }

    /// Checks that the object is of this version and complete.
    func check<Member: RawRepresentable<String> & CaseIterable>(
        _: Member.Type
    ) throws(MetadataFailure) {
        guard let version else { throw .malformed("version is missing") }
        guard version == MetadataLayout.version else { throw .unknownVersion(version) }
        if let unknown { throw .malformed("\(unknown) is unknown") }
        for member in Member.allCases where !met.contains(member.rawValue) {
            throw .malformed("\(member.rawValue) is missing")
        }
    }
}
