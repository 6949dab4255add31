/// Reads one segment of a log that was not closed in order, and decides batch by batch what stays.
struct TailScan {
    let file: any File
    /// Everything before it in this file was synced.
    var recoveryPosition = FilePosition.start
    /// The epochs that began before the segment; those that its batches show are added, if wanted.
    var epochs = LeaderEpochTable()
    var learnsEpochs = true

    /// Where the log ends in this file.
    private(set) var end = FilePosition.start
    private(set) var nextOffset: Offset
    private(set) var indexes: SegmentIndexes
    /// Synced batches that cannot be read; the bytes stay.
    private(set) var lost: [LostRange] = []
    /// What is wrong with what follows `end`; nil when the file ends there.
    private(set) var cutReason: BatchFailure?

    /// What of the index files the indexes began with; nil when they began with nothing.
    private(set) var filed: FiledSlots?
    /// Where the scan began.
    private var start = FilePosition.start

    private let baseOffset: Offset
    private let byteCount: Int
    private let interval: Int

    init(file: any File, baseOffset: Offset, byteCount: Int, interval: Int) {
        self.file = file
        self.baseOffset = baseOffset
        self.byteCount = byteCount
        self.interval = interval
        nextOffset = baseOffset
        indexes = SegmentIndexes(baseOffset: baseOffset)
    }

    /// How many bytes were read and stay.
    var scannedByteCount: Int { end.value - start.value }

    /// Begins behind what the index files know, if the log confirms it.
    mutating func resume(with files: IndexFiles) throws(IOFailure) {
        let synced = min(recoveryPosition, FilePosition(byteCount))
        guard
            let resume = try IndexResume(
                files, of: file, baseOffset: baseOffset, syncedEnd: synced)
        else { return }
        indexes = resume.indexes
        nextOffset = resume.nextOffset
        start = resume.position
        end = resume.position
        filed = resume.filed
    }

    mutating func run() throws(IOFailure) {
        var scan = SegmentScan(
            file, from: start, expecting: nextOffset, limit: byteCount, order: .appended)
        while let step = try scan.next() {
            switch step {
            case .batch(let header, let position): keep(header, at: position)
            case .damage(let failure, let position):
                let isBelow = position < recoveryPosition
                switch RecoveryDecision(isIntact: false, isBelowRecoveryPoint: isBelow) {
                case .keep: preconditionFailure("damage was found intact")
                case .cut:
                    cutReason = failure
                    return
                case .report:
                    guard try passDamage(failure, at: position, &scan) else { return }
                }
            }
        }
    }

    private mutating func keep(_ header: RecordBatchHeader, at position: FilePosition) {
        indexes.add(BatchFacts(header), at: position, interval: interval)
        if learnsEpochs, header.leaderEpoch > epochs.current ?? -1 {
            epochs.begin(header.leaderEpoch, at: header.baseOffset)
        }
        nextOffset = header.nextOffset
        end = position + header.byteCount
    }

    /// Goes on behind a synced batch that went bad, with the next good one that can be found or,
    /// failing that, with the batch at the recovery point.
    ///
    /// - Returns: false when nothing good follows: the synced bytes stay, what is behind them is
    ///   cut, and appends go on elsewhere.
    private mutating func passDamage(
        _ failure: BatchFailure, at position: FilePosition, _ scan: inout SegmentScan
    ) throws(IOFailure) -> Bool {
        let reason = "\(file.path), position \(position): \(failure)"
        let isFound = try scan.passDamage(before: recoveryPosition)
        let place = isFound ? scan.position : recoveryPosition
        if try goOn(at: place, &scan, because: reason) { return true }
        end = min(recoveryPosition, FilePosition(byteCount))
        if end.value < byteCount { cutReason = failure }
        return false
    }

    /// Goes on with the batch at `place`, if it is a good one.
    private mutating func goOn(
        at place: FilePosition, _ scan: inout SegmentScan, because reason: String
    ) throws(IOFailure) -> Bool {
        guard place.value < byteCount else { return false }
        scan.move(to: place, expecting: nil)
        guard case .batch(let good, let found)? = try scan.next(), good.baseOffset >= nextOffset
        else { return false }
        if good.baseOffset > nextOffset {
            lost.append(LostRange(offsets: nextOffset..<good.baseOffset, reason: reason))
        }
        // It is reached in no other way: the batches before it cannot be followed.
        indexes.demandSlot()
        keep(good, at: found)
        return true
    }
}
