/// The group that appends are added to: its bytes as they will stand in the redo file, and what is
/// done with them once it is committed.
struct OpenGroup: ~Copyable {
    /// Where a batch goes.
    struct Target {
        let log: PartitionLog
        let segment: Segment
        let file: any File
        let position: FilePosition
        let nextOffset: Offset
        /// The run that ends right before it; none, or of an older group, begins a new one.
        let run: RunID?
        /// Whether somebody waits for the group to be written, synced or not.
        let isAwaitedWritten: Bool
    }

    /// Names a run of a group.
    struct RunID: Hashable, Sendable {
        let group: UInt64
        let slot: Int
    }

    /// Batches of one segment that follow each other in it, or one that is there already.
    struct Run {
        let log: PartitionLog
        let segment: Segment
        let file: any File
        let position: FilePosition
        let isDirect: Bool
        var byteCount: Int
        var nextOffset: Offset
        var isAwaitedWritten: Bool
        fileprivate var first: Int
        fileprivate var last: Int

        /// Where it ends.
        var end: PartitionWriter.Place {
            PartitionWriter.Place(
                offset: nextOffset, segment: segment.baseOffset, position: position + byteCount)
        }
    }

    /// One batch of a run.
    private struct Piece {
        let range: Range<Int>
        var next: Int
    }

    /// How many bytes a group has at most.
    static let byteCountMax = 4 << 20

    /// How many bytes are sure to fit into the redo files; none before there is one.
    var room = 0
    /// Why nothing more is accepted.
    var failure: IOFailure?
    private(set) var runs: [Run] = []
    private var number: UInt64 = 0
    private var buffer = PageBuffer(byteCapacity: 0)
    private var byteCount = RedoGroup.Layout.headerByteCount
    private var targetByteCount = 0
    private var entryCount = 0
    private var pieces: [Piece] = []
    private var removals: [RedoGroup.Target] = []
    /// Where their entries begin.
    private var removalPlaces: [Int] = []

    /// Whether there is nothing to commit.
    var isEmpty: Bool { entryCount == 0 }

    /// How many bytes it takes in a file.
    var pagesByteCount: Int { RedoGroup.wholePages(byteCount + targetByteCount) }

    /// How many bytes of a group an append of `byteCount` bytes to `partition` takes at most.
    static func cost(_ byteCount: Int, to partition: TopicPartition) -> Int {
        RedoGroup.EntryLayout.headerByteCount + byteCount
            + RedoGroup.TargetLayout.headerByteCount + partition.topic.utf8.count
    }

    /// Whether `cost` more bytes fit, when there is room for as many in the redo files.
    func fits(_ cost: Int) -> Bool {
        let total = byteCount + targetByteCount + cost
        return total <= Self.byteCountMax && RedoGroup.wholePages(total) <= room
    }

    // MARK: Adding

    /// Adds a batch, which has to fit.
    ///
    /// - Returns: the run that it belongs to.
    mutating func add(_ batch: RawSpan, to target: Target) -> RunID {
        let start = byteCount + RedoGroup.EntryLayout.headerByteCount
        grow(to: start + batch.byteCount)
        let slot = run(for: target, byteCount: batch.byteCount, isDirect: false)
        addEntry(.data, slot, target.position, batch.byteCount, target.nextOffset)
        var bytes = buffer.mutableBytes
        bytes.store(batch, at: start)
        byteCount = start + batch.byteCount
        let piece = pieces.count
        pieces.append(Piece(range: start..<byteCount, next: -1))
        if runs[slot].first < 0 {
            runs[slot].first = piece
        } else {
            pieces[runs[slot].last].next = piece
        }
        runs[slot].last = piece
        return RunID(group: number, slot: slot)
    }

    /// Adds a batch of `batchByteCount` bytes that stands in its segment already.
    mutating func addDirect(_ batchByteCount: Int, to target: Target) {
        grow(to: byteCount + RedoGroup.EntryLayout.headerByteCount)
        let slot = run(for: target, byteCount: batchByteCount, isDirect: true)
        addEntry(.direct, slot, target.position, batchByteCount, target.nextOffset)
        byteCount += RedoGroup.EntryLayout.headerByteCount
    }

    /// Says that a partition is no more: what came before does not count.
    mutating func addRemoval(of partition: TopicPartition, _ identity: PartitionIdentity) {
        grow(to: byteCount + RedoGroup.EntryLayout.headerByteCount)
        removals.append(
            RedoGroup.Target(partition: partition, identity: identity, baseOffset: .zero))
        targetByteCount += Self.byteCount(ofTargetIn: partition)
        // Targets of removals stand behind those of the runs: the slot is known at the end.
        removalPlaces.append(byteCount)
        addEntry(.removal, 0, .start, 0, .zero)
        byteCount += RedoGroup.EntryLayout.headerByteCount
    }

    private static func byteCount(ofTargetIn partition: TopicPartition) -> Int {
        RedoGroup.TargetLayout.headerByteCount + partition.topic.utf8.count
    }

    private mutating func run(for target: Target, byteCount: Int, isDirect: Bool) -> Int {
        if !isDirect, let id = target.run, id.group == number {
            runs[id.slot].byteCount += byteCount
            runs[id.slot].nextOffset = target.nextOffset
            if target.isAwaitedWritten { runs[id.slot].isAwaitedWritten = true }
            return id.slot
        }
        runs.append(
            Run(
                log: target.log, segment: target.segment, file: target.file,
                position: target.position, isDirect: isDirect, byteCount: byteCount,
                nextOffset: target.nextOffset, isAwaitedWritten: target.isAwaitedWritten,
                first: -1, last: -1))
        targetByteCount += Self.byteCount(ofTargetIn: target.log.partition)
        return runs.count - 1
    }

    private mutating func addEntry(
        _ kind: RedoGroup.Kind, _ slot: Int, _ position: FilePosition, _ batchByteCount: Int,
        _ nextOffset: Offset
    ) {
        typealias Layout = RedoGroup.EntryLayout
        let place = byteCount
        var bytes = buffer.mutableBytes
        bytes.store(bigEndian: kind.rawValue, at: place + Layout.kind.lowerBound)
        bytes.store(bigEndian: UInt16(0), at: place + Layout.reserved.lowerBound)
        bytes.store(bigEndian: UInt32(batchByteCount), at: place + Layout.byteCount.lowerBound)
        bytes.store(bigEndian: UInt32(slot), at: place + Layout.target.lowerBound)
        bytes.store(bigEndian: Int64(position.value), at: place + Layout.position.lowerBound)
        bytes.store(bigEndian: nextOffset.value, at: place + Layout.nextOffset.lowerBound)
        entryCount += 1
    }

    private mutating func grow(to needed: Int) {
        guard needed > buffer.byteCapacity else { return }
        buffer.grow(to: max(needed, buffer.byteCapacity * 2, 64 << 10))
    }

    // MARK: Committing

    /// Completes its bytes as group number `sequence` of the file `fileNumber`.
    mutating func seal(sequence: UInt64, in fileNumber: UInt64, seed: UInt32) {
        typealias Layout = RedoGroup.Layout
        let targetsPosition = byteCount
        let end = byteCount + targetByteCount
        grow(to: RedoGroup.wholePages(end))
        for run in runs {
            store(
                RedoGroup.Target(
                    partition: run.log.partition, identity: run.log.identity,
                    baseOffset: run.segment.baseOffset))
        }
        for (number, removal) in removals.enumerated() {
            let target = UInt32(runs.count + number)
            let place = removalPlaces[number] + RedoGroup.EntryLayout.target.lowerBound
            var bytes = buffer.mutableBytes
            bytes.store(bigEndian: target, at: place)
            store(removal)
        }
        let (entryCount, targetCount) = (entryCount, runs.count + removals.count)
        var bytes = buffer.mutableBytes
        bytes.store(bigEndian: RedoGroup.magic, at: Layout.magic.lowerBound)
        bytes.store(bigEndian: UInt32(end), at: Layout.byteCount.lowerBound)
        bytes.store(bigEndian: UInt32(entryCount), at: Layout.entryCount.lowerBound)
        bytes.store(bigEndian: UInt32(targetCount), at: Layout.targetCount.lowerBound)
        bytes.store(bigEndian: UInt32(targetsPosition), at: Layout.targetsPosition.lowerBound)
        bytes.store(bigEndian: fileNumber, at: Layout.fileNumber.lowerBound)
        bytes.store(bigEndian: sequence, at: Layout.sequence.lowerBound)
        for place in end..<RedoGroup.wholePages(end) { bytes.store(bigEndian: UInt8(0), at: place) }
        let crc = checksum(upTo: end, seed: seed)
        var header = buffer.mutableBytes
        header.store(bigEndian: crc, at: Layout.crc.lowerBound)
    }

    private func checksum(upTo end: Int, seed: UInt32) -> UInt32 {
        let covered = buffer.bytes.extracting(RedoGroup.Layout.crc.upperBound..<end)
        return CRC32C.checksum(of: covered, continuing: seed)
    }

    private mutating func store(_ target: RedoGroup.Target) {
        typealias Layout = RedoGroup.TargetLayout
        let name = [UInt8](target.partition.topic.utf8)
        let place = byteCount
        var bytes = buffer.mutableBytes
        bytes.store(bigEndian: target.identity.id, at: place + Layout.partitionID.lowerBound)
        bytes.store(bigEndian: target.identity.topicID.high, at: place + Layout.topicID.lowerBound)
        bytes.store(
            bigEndian: target.identity.topicID.low, at: place + Layout.topicID.lowerBound + 8)
        let partition = Int32(target.partition.partition)
        bytes.store(bigEndian: partition, at: place + Layout.partition.lowerBound)
        bytes.store(bigEndian: target.baseOffset.value, at: place + Layout.baseOffset.lowerBound)
        bytes.store(bigEndian: UInt16(name.count), at: place + Layout.nameByteCount.lowerBound)
        bytes.store(name.rawSpan, at: place + Layout.headerByteCount)
        byteCount = place + Layout.headerByteCount + name.count
        targetByteCount -= Layout.headerByteCount + name.count
    }

    /// All its bytes, whole pages; sealed.
    var pages: RawSpan {
        @_lifetime(borrow self)
        get { buffer.bytes.extracting(0..<pagesByteCount) }
    }

    /// Writes the batches of a run to their place, unless they stand there already.
    func write(_ run: Run) throws(IOFailure) {
        guard !run.isDirect else { return }
        try run.file.write(ranges(of: run), of: buffer.bytes, at: run.position)
    }

    /// Where the batches of a run stand in the buffer, in order.
    private func ranges(of run: Run) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var piece = run.first
        while piece >= 0 {
            ranges.append(pieces[piece].range)
            piece = pieces[piece].next
        }
        return ranges
    }

    /// Copies the bytes of a run's batches.
    func copyBatches(of run: Run) -> [UInt8] {
        var copy: [UInt8] = []
        for range in ranges(of: run) { copy.append(buffer.bytes.extracting(range)) }
        return copy
    }

    /// Begins anew as group `number`; memory is kept.
    mutating func reset(number: UInt64) {
        self.number = number
        byteCount = RedoGroup.Layout.headerByteCount
        targetByteCount = 0
        entryCount = 0
        runs.removeAll(keepingCapacity: true)
        pieces.removeAll(keepingCapacity: true)
        removals = []
        removalPlaces = []
    }
}
