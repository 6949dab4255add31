internal import NewswireLog

/// The bytes of one simulated file: as programs see them, as the disk has them, and the way
/// between.
struct FileContents {
    /// What reads and maps show.
    private(set) var cached: [UInt8] = []
    /// What a sync has brought to the disk.
    private(set) var durable: [UInt8] = []
    /// What was done since, in order.
    private(set) var pending: [PendingChange] = []
    /// Up to where space was reserved.
    private(set) var reservedByteCount = 0

    init() {}

    /// A file that is on the disk as a whole.
    init(durable bytes: [UInt8]) {
        cached = bytes
        durable = bytes
    }

    /// How many bytes of the disk it takes.
    var allocatedByteCount: Int { max(cached.count, reservedByteCount) }

    /// Shows `bytes` at `position`; whether and where they reach the disk says `arrival`.
    mutating func write(
        _ bytes: [UInt8], at position: Int, sequence: Int, arrival: WriteArrival
    ) {
        guard !bytes.isEmpty else { return }
        let before = cached.count
        let after = max(before, position + bytes.count)
        cached.resize(to: after)
        cached.overwrite(at: position, with: bytes, 0..<bytes.count)
        let change = PendingChange(
            sequence: sequence, sizeBefore: before, sizeAfter: after, position: position,
            bytes: bytes)
        switch arrival {
        case .whole: pending.append(change)
        case .never: pending.append(change.withoutBytes)
        case .shifted(let byteCount): pending.append(change.shifted(by: byteCount))
        }
    }

    mutating func resize(to byteCount: Int, sequence: Int) {
        let before = cached.count
        guard byteCount != before else { return }
        cached.resize(to: byteCount)
        pending.append(
            PendingChange(
                sequence: sequence, sizeBefore: before, sizeAfter: byteCount, position: 0,
                bytes: []))
    }

    mutating func reserve(upTo byteCount: Int) {
        reservedByteCount = max(reservedByteCount, byteCount)
    }

    /// Brings all that was done to the disk.
    mutating func synchronize() {
        for change in pending { change.apply(to: &durable) }
        pending = []
    }

    /// What a sync that fails leaves: the kernel takes the pages for clean and never writes them.
    ///
    /// The sizes are still under way, as those of a journal; the bytes are not, whether or not the
    /// cache goes on showing them.
    mutating func loseUnsynced(cacheReverts: Bool) {
        pending = pending.filter { $0.sizeAfter != $0.sizeBefore }.map(\.withoutBytes)
        guard cacheReverts else { return }
        let byteCount = cached.count
        cached = durable
        cached.resize(to: byteCount)
    }

    /// Turns over a bit of what is on the disk, and of the cache where that shows the same.
    ///
    /// - Returns: the byte's position; nil for an empty file.
    mutating func rot(_ bit: Int) -> Int? {
        guard !durable.isEmpty else { return nil }
        let position = bit / 8 % durable.count
        let rotten = durable[position] ^ (1 << UInt8(bit % 8))
        if position < cached.count, cached[position] == durable[position] {
            cached[position] = rotten
        }
        durable[position] = rotten
        return position
    }

    /// Damages bytes at rest, on the disk and in the cache; what was under way arrives before.
    mutating func damage(at position: Int, with bytes: [UInt8]) {
        synchronize()
        cached.overwrite(at: position, with: bytes, 0..<bytes.count)
        let onDisk = max(0, min(bytes.count, durable.count - position))
        durable.overwrite(at: min(position, durable.count), with: bytes, 0..<onDisk)
    }
}

/// Where the bytes of a write reach the disk.
enum WriteArrival {
    case whole
    case never
    case shifted(by: Int)

    init(_ effect: Fault.Effect?) {
        switch effect {
        case .loss: self = .never
        case .misdirection(let byteCount): self = .shifted(by: byteCount)
        default: self = .whole
        }
    }
}

/// Something that was done to a file and has not reached the disk.
struct PendingChange {
    /// Its place among all changes of all files and names.
    let sequence: Int
    let sizeBefore: Int
    let sizeAfter: Int
    /// Where `bytes` were written; none for a change of size alone.
    let position: Int
    let bytes: [UInt8]

    /// Whether it took bytes away.
    var isCut: Bool { sizeAfter < sizeBefore }

    /// The change of size alone.
    var withoutBytes: PendingChange {
        PendingChange(
            sequence: sequence, sizeBefore: sizeBefore, sizeAfter: sizeAfter, position: 0,
            bytes: [])
    }

    /// The change with its bytes in another place.
    func shifted(by byteCount: Int) -> PendingChange {
        PendingChange(
            sequence: sequence, sizeBefore: sizeBefore, sizeAfter: sizeAfter,
            position: max(0, position + byteCount), bytes: bytes)
    }

    /// Does it to `contents`.
    func apply(to contents: inout [UInt8]) {
        contents.resize(to: max(sizeAfter, position + bytes.count))
        contents.overwrite(at: position, with: bytes, 0..<bytes.count)
        contents.resize(to: sizeAfter)
    }
}
