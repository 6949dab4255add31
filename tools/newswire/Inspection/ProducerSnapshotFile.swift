import NewswireLog

/// Kafka's producer snapshot: what a log knows of its producers at one of its offsets.
struct ProducerSnapshotFile {
    /// What is known of one producer.
    struct Entry: Hashable {
        static let byteCount = 46

        let producerId: Int64
        let producerEpoch: Int16
        let lastSequence: Int32
        let lastOffset: Int64
        let offsetDelta: Int32
        let timestamp: Timestamp
        let coordinatorEpoch: Int32
        let currentTransactionFirstOffset: Int64

        fileprivate init(_ bytes: RawSpan, at start: Int) {
            producerId = bytes.bigEndian(Int64.self, at: start)
            producerEpoch = bytes.bigEndian(Int16.self, at: start + 8)
            lastSequence = bytes.bigEndian(Int32.self, at: start + 10)
            lastOffset = bytes.bigEndian(Int64.self, at: start + 14)
            offsetDelta = bytes.bigEndian(Int32.self, at: start + 22)
            timestamp = Timestamp(milliseconds: bytes.bigEndian(Int64.self, at: start + 26))
            coordinatorEpoch = bytes.bigEndian(Int32.self, at: start + 34)
            currentTransactionFirstOffset = bytes.bigEndian(Int64.self, at: start + 38)
        }

        /// The entry, ready to be shown.
        var item: Item {
            Item(
                kind: .producer,
                cells: [
                    .integer(producerId), .integer(Int64(producerEpoch)),
                    .integer(Int64(lastSequence)), .integer(lastOffset),
                    .integer(Int64(offsetDelta)), .integer(timestamp.milliseconds),
                    .integer(Int64(coordinatorEpoch)), .integer(currentTransactionFirstOffset),
                ])
        }
    }

    private static let headerByteCount = 10
    private static let checksummedStart = 6
    private static let version: Int16 = 1

    private(set) var entries: [Entry] = []
    private(set) var damage: [Damage] = []

    init(_ bytes: [UInt8], of path: String) {
        guard bytes.count >= Self.headerByteCount else {
            damage = [Damage(path: path, problem: "it has only \(bytes.count) bytes")]
            return
        }
        let span = bytes.rawSpan
        let version = span.bigEndian(Int16.self, at: 0)
        guard version == Self.version else {
            damage = [Damage(path: path, problem: "it is of version \(version), not 1")]
            return
        }
        let stored = span.bigEndian(UInt32.self, at: 2)
        let computed = CRC32C.checksum(
            of: span.extracting(Self.checksummedStart..<bytes.count))
        if stored != computed {
            damage.append(
                Damage(path: path, problem: "its checksum is \(computed), not \(stored)"))
        }
        let count = Int(span.bigEndian(Int32.self, at: Self.checksummedStart))
        let whole = (bytes.count - Self.headerByteCount) / Entry.byteCount
        for number in 0..<max(0, min(count, whole)) {
            entries.append(Entry(span, at: Self.headerByteCount + number * Entry.byteCount))
        }
        if bytes.count != Self.headerByteCount + whole * Entry.byteCount || count != whole {
            damage.append(
                Damage(
                    path: path,
                    problem: "it counts \(count) entries in \(bytes.count) bytes"))
        }
    }
}
