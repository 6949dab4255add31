/// One header of a record, borrowed like the record itself.
public struct RecordHeader: ~Escapable, BitwiseCopyable {
    /// The name, in UTF-8.
    public let nameBytes: RawSpan
    /// The value; nil when the header has none.
    public let value: RawSpan?

    @_lifetime(copy nameBytes, copy value)
    init(nameBytes: RawSpan, value: RawSpan?) {
        self.nameBytes = nameBytes
        self.value = value
    }

    /// The name; what is not UTF-8 becomes U+FFFD.
    public var name: String { String(decoding: [UInt8](copying: nameBytes), as: UTF8.self) }
}

/// The headers of a record, front to back: `while let header = try headers.next() { … }`.
public struct HeaderReader: ~Escapable, BitwiseCopyable {
    private var cursor: ByteCursor
    // nil: the count was not read yet.
    private var remaining: Int?
    private var number = 0

    /// Reads a count and the headers behind it.
    @_lifetime(copy bytes)
    package init(_ bytes: RawSpan) { cursor = ByteCursor(bytes) }

    /// The next header; nil after the last one.
    /// - Throws: `.badHeader` when the bytes are not headers; nothing more can be read then.
    @_lifetime(copy self)
    public mutating func next() throws(BatchFailure) -> RecordHeader? {
        let failure = BatchFailure.badHeader(number: number, position: cursor.position)
        do throws(ByteFailure) {
            return try read()
        } catch {
            throw failure
        }
    }

    @_lifetime(copy self)
    private mutating func read() throws(ByteFailure) -> RecordHeader? {
        if self.remaining == nil { self.remaining = Int(try cursor.readVarint32()) }
        let remaining = self.remaining ?? 0
        guard remaining > 0 else {
            // All bytes of the record belong to it.
            guard remaining == 0, cursor.remainingByteCount == 0 else {
                throw .badLength(at: cursor.position)
            }
            self.remaining = 0
            return nil
        }
        let name = try cursor.readBytes(Int(cursor.readVarint32()))
        let valueByteCount = Int(try cursor.readVarint32())
        let value = valueByteCount == -1 ? nil : try cursor.readBytes(valueByteCount)
        self.remaining = remaining - 1
        number += 1
        return RecordHeader(nameBytes: name, value: value)
    }
}
