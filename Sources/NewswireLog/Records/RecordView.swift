/// One record, borrowed from the log: nothing is copied, and it cannot outlive what it is read
/// from.
///
/// `[UInt8](copying:)` makes a copy of a key or value that may be kept.
public struct RecordView: ~Escapable, BitwiseCopyable {
    /// The number of the record in its partition.
    public let offset: Offset
    /// When it was produced or appended, as the topic says.
    public let timestamp: Timestamp
    @usableFromInline let bytes: RecordBytes

    @inlinable
    @_lifetime(copy bytes)
    init(_ bytes: RecordBytes, offset: Offset, timestamp: Timestamp) {
        self.bytes = bytes
        self.offset = offset
        self.timestamp = timestamp
    }

    /// The key; nil when the record has none.
    @inlinable public var key: RawSpan? {
        @_lifetime(copy self) get { bytes.keyBytes }
    }

    /// The value; nil when the record has none (in a compacted topic: the key is deleted).
    @inlinable public var value: RawSpan? {
        @_lifetime(copy self) get { bytes.valueBytes }
    }

    /// The headers, which are checked as they are read.
    public var headers: HeaderReader {
        @_lifetime(copy self) get { HeaderReader(bytes.headerBytes) }
    }
}
