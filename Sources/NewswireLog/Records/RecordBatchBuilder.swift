/// Builds one record batch at a time in memory that it keeps: spans in, encoded bytes out.
///
/// From ``reset()`` to the end of `seal` nothing is allocated, unless the buffer has to grow or the
/// batch is compressed for the first time.
public struct RecordBatchBuilder: ~Copyable, Sendable {
    /// How many records the batch has.
    @inlinable public var recordCount: Int { appendedCount }
    /// The size of the batch so far: uncompressed, its header included.
    @inlinable public var byteCount: Int { endPosition }
    /// The size that the batch would have had with the first record that was refused.
    public private(set) var refusedByteCount: Int?

    /// How much memory it holds for the records.
    package var byteCapacity: Int { max(buffer.byteCapacity, compressed.byteCapacity) }

    /// The timestamp of records that bring none.
    @usableFromInline package var defaultTimestamp = Timestamp.absent
    /// The largest batch, uncompressed, that is accepted; it may change while there are no records.
    package var byteLimit: Int {
        didSet {
            precondition(recordCount == 0, "the limit changed under \(recordCount) records")
            appendLimit = Self.encodable(byteLimit)
            roomyByteCount = min(buffer.byteCapacity, appendLimit)
        }
    }
    /// How it is compressed; nil, as after a reset, for as the log it is appended to says.
    package var codec: CompressionCodec?
    /// The header of the sealed batch; nil before it is sealed.
    package private(set) var header: RecordBatchHeader?

    @usableFromInline var appendedCount = 0
    // Where in the buffer the next record goes.
    @usableFromInline var endPosition = RecordBatchHeader.byteCount
    @usableFromInline var buffer: PageBuffer
    private var compressed = PageBuffer(byteCapacity: 0)
    private var encoder: GzipEncoder?
    private var encoderLevel: Int?
    // `byteLimit` as far as a batch can be encoded.
    private var appendLimit: Int
    // Up to here nobody has to look closely: the buffer's end or the limit; sealed, nowhere.
    @usableFromInline var roomyByteCount: Int
    @usableFromInline var firstTimestamp = Timestamp.absent
    @usableFromInline var largestTimestamp = Timestamp.absent
    private var isCompressed = false

    /// Prepares an empty batch.
    /// - Parameters:
    ///   - byteCapacity: the memory to begin with; it grows as needed.
    ///   - byteLimit: the largest batch, uncompressed and with its header, that is accepted.
    public init(byteCapacity: Int = 64 << 10, byteLimit: Int = .max) {
        buffer = PageBuffer(byteCapacity: max(byteCapacity, RecordBatchHeader.byteCount))
        self.byteLimit = byteLimit
        appendLimit = Self.encodable(byteLimit)
        roomyByteCount = min(buffer.byteCapacity, appendLimit)
    }

    /// Adds a record without headers.
    /// - Parameters:
    ///   - key: any bytes; nil is none, which differs from an empty one.
    ///   - value: as the key.
    ///   - timestamp: when it was produced; nil for the batch's default, the time of the append.
    /// - Returns: false when the batch would grow past its limit: then nothing was added, and
    ///   ``refusedByteCount`` remembers the size.
    @inlinable
    @inline(always)  // In the caller's loop most of a record is constant, or known to be short.
    @discardableResult
    public mutating func append(
        key: RawSpan?, value: RawSpan?, timestamp: Timestamp? = nil
    ) -> Bool {
        append(key, value, RawSpan(), headerCount: 0, timestamp ?? defaultTimestamp)
    }

    /// Adds a record with headers; see ``append(key:value:timestamp:)``.
    @discardableResult
    public mutating func append(
        key: RawSpan?, value: RawSpan?, headers: RecordHeaders, timestamp: Timestamp? = nil
    ) -> Bool {
        append(
            key, value, headers.bytes, headerCount: headers.count, timestamp ?? defaultTimestamp)
    }

    /// Adds a record from arrays; see ``append(key:value:timestamp:)``.
    @discardableResult
    public mutating func append(
        key: [UInt8]?, value: [UInt8]?, headers: RecordHeaders = RecordHeaders(),
        timestamp: Timestamp? = nil
    ) -> Bool {
        append(key: key?.rawSpan, value: value?.rawSpan, headers: headers, timestamp: timestamp)
    }

    /// Forgets that a record was refused: the caller puts it into another batch.
    package mutating func forgetRefusal() { refusedByteCount = nil }

    /// Forgets the batch, keeps the memory and the limit.
    package mutating func reset() {
        appendedCount = 0
        endPosition = RecordBatchHeader.byteCount
        refusedByteCount = nil
        codec = nil
        header = nil
        isCompressed = false
        roomyByteCount = min(buffer.byteCapacity, appendLimit)
    }

    @inlinable
    @inline(always)  // Once per record: the parts of the record stay in registers.
    package mutating func append(
        _ key: RawSpan?, _ value: RawSpan?, _ headers: RawSpan, headerCount: Int,
        _ timestamp: Timestamp
    ) -> Bool {
        if appendedCount == 0 {
            firstTimestamp = timestamp
            largestTimestamp = timestamp
        }
        let record = RecordEncoder(
            // It may wrap; adding it to the base again wraps back.
            timestampDelta: timestamp.milliseconds &- firstTimestamp.milliseconds,
            offsetDelta: appendedCount, headerCount: headerCount)
        // Cannot overflow: both are sizes of memory.
        if endPosition &+ RecordEncoder.byteCountBound(key, value, headers) > roomyByteCount {
            guard makeRoom(record, key, value, headers) else { return false }
        }
        endPosition = record.write(key, value, headers, into: &buffer, at: endPosition)
        if timestamp > largestTimestamp { largestTimestamp = timestamp }
        appendedCount &+= 1  // Cannot overflow: a record takes seven bytes of the limit at least.
        return true
    }

    /// Looks closely where a record comes near the end of the buffer or the limit.
    /// - Returns: false when the batch would grow past its limit.
    @usableFromInline
    @inline(never)
    mutating func makeRoom(
        _ record: RecordEncoder, _ key: RawSpan?, _ value: RawSpan?, _ headers: RawSpan
    ) -> Bool {
        precondition(header == nil, "a record was appended to a sealed batch")
        // Cannot overflow: both are sizes of memory.
        let newByteCount = endPosition &+ record.byteCount(key, value, headers)
        guard newByteCount <= appendLimit else {
            refusedByteCount = refusedByteCount ?? newByteCount
            return false
        }
        let needed = endPosition + RecordEncoder.byteCountBound(key, value, headers)
        if needed > buffer.byteCapacity {
            buffer.grow(to: max(needed, 2 * buffer.byteCapacity))
            roomyByteCount = min(buffer.byteCapacity, appendLimit)
        }
        return true
    }

    private static func encodable(_ byteLimit: Int) -> Int {
        min(byteLimit, RecordBatchHeader.batchByteCountMax)
    }
}

extension RecordBatchBuilder {
    /// Compresses the records, writes the header and its checksum; then ``encoded`` is the batch,
    /// at offset 0 and without an epoch until it is stamped.
    ///
    /// Records stay uncompressed where compressing would make the batch larger, or larger than a
    /// reader decompresses.
    /// - Parameters:
    ///   - codec: `none` or `gzip`.
    ///   - gzipLevel: zlib's level, -1 to 9.
    ///   - logAppendTime: the time that replaces those of the records; nil keeps theirs.
    ///   - producer: who produced the records; nil for nobody who could repeat them.
    ///   - kind: what the records are.
    /// - Throws: `.badCounts` without records, `.unsupportedCodec`.
    package mutating func seal(
        codec: CompressionCodec, gzipLevel: Int, logAppendTime: Timestamp?,
        producer: ProducerIdentity?, kind: BatchKind
    ) throws(BatchFailure) {
        guard recordCount > 0 else { throw .badCounts(recordCount: 0, lastOffsetDelta: -1) }
        precondition(header == nil, "a batch was sealed twice")
        var header = RecordBatchHeader()
        header.byteCount = byteCount
        if let compressedByteCount = try compress(codec, gzipLevel) {
            header.byteCount = compressedByteCount
            header.attributes.codec = codec
        }
        header.attributes.timestampType = logAppendTime == nil ? .createTime : .logAppendTime
        header.attributes.isTransactional = kind.isTransactional
        header.attributes.isControl = kind.isControl
        header.lastOffsetDelta = Int32(recordCount - 1)
        header.recordCount = Int32(recordCount)
        header.baseTimestamp = firstTimestamp
        header.maxTimestamp = logAppendTime ?? largestTimestamp
        if let producer {
            header.producerId = producer.producerId
            header.producerEpoch = producer.epoch
            header.baseSequence = producer.sequence
        }
        finish(header)
    }

    /// Writes what the log assigns; neither is covered by the checksum.
    package mutating func stamp(baseOffset: Offset, leaderEpoch: Int32) {
        precondition(header != nil, "a batch was stamped before it was sealed")
        header?.baseOffset = baseOffset
        header?.leaderEpoch = leaderEpoch
        if isCompressed {
            compressed.stamp(baseOffset: baseOffset, leaderEpoch: leaderEpoch)
        } else {
            buffer.stamp(baseOffset: baseOffset, leaderEpoch: leaderEpoch)
        }
    }

    /// The sealed batch; it cannot outlive the builder's next change.
    package var encoded: RawSpan {
        @_lifetime(borrow self)
        get {
            let all = isCompressed ? compressed.bytes : buffer.bytes
            return all.extracting(first: encodedByteCount)
        }
    }

    /// The size of the sealed batch.
    package var encodedByteCount: Int { sealedHeader.byteCount }

    /// How many offsets after its first the last one of the sealed batch is.
    package var lastOffsetDelta: Int32 { sealedHeader.lastOffsetDelta }

    /// The timestamp of the sealed batch's first record, to which the others are relative.
    package var baseTimestamp: Timestamp { sealedHeader.baseTimestamp }

    /// The sealed batch's largest timestamp, or the append time that stands for all.
    package var maxTimestamp: Timestamp { sealedHeader.maxTimestamp }

    private var sealedHeader: RecordBatchHeader {
        guard let header else { preconditionFailure("the batch is not sealed") }
        return header
    }

    /// Compresses the records behind room for a header.
    /// - Returns: the size of the compressed batch; nil when it stays as it is.
    private mutating func compress(
        _ codec: CompressionCodec, _ gzipLevel: Int
    ) throws(BatchFailure) -> Int? {
        guard codec != .none else { return nil }
        guard codec == .gzip else { throw .unsupportedCodec(codec) }
        guard byteCount <= RecordReaderOptions.defaultByteLimit else { return nil }
        try prepareEncoder(gzipLevel)
        // No larger than the plain batch: what doesn't fit is not worth it.
        compressed.grow(to: byteCount)
        let room = RecordBatchHeader.byteCount..<byteCount
        guard let written = Self.encode(buffer, &compressed, room, &encoder) else { return nil }
        isCompressed = true
        return RecordBatchHeader.byteCount + written
    }

    /// Compresses `room` of `source` into the same range of `target`.
    private static func encode(
        _ source: borrowing PageBuffer, _ target: inout PageBuffer, _ room: Range<Int>,
        _ encoder: inout GzipEncoder?
    ) -> Int? {
        encoder?.encode(source.bytes.extracting(room), into: &target, in: room) ?? nil
    }

    private mutating func prepareEncoder(_ level: Int) throws(BatchFailure) {
        guard encoderLevel != level else { return }
        do throws(GzipFailure) {
            encoder = try GzipEncoder(level: level)
            encoderLevel = level
        } catch {
            throw .badCompression(.gzip, error.reason)
        }
    }

    private mutating func finish(_ unchecked: RecordBatchHeader) {
        header = isCompressed ? compressed.write(unchecked) : buffer.write(unchecked)
        roomyByteCount = -1
    }
}

extension PageBuffer {
    /// Writes the header of the batch that stands at the beginning, its checksum included.
    fileprivate mutating func write(_ unchecked: RecordBatchHeader) -> RecordBatchHeader {
        var header = unchecked
        let covered = RecordBatchLayout.checksummedStart..<header.byteCount
        var target = mutableBytes
        header.write(to: &target)
        header.crc = CRC32C.checksum(of: target.bytes.extracting(covered))
        target.store(bigEndian: header.crc, at: RecordBatchLayout.crc.lowerBound)
        return header
    }

    fileprivate mutating func stamp(baseOffset: Offset, leaderEpoch: Int32) {
        var target = mutableBytes
        RecordBatchHeader.stamp(baseOffset: baseOffset, leaderEpoch: leaderEpoch, on: &target)
    }
}
