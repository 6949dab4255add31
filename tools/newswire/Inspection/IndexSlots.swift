import NewswireLog

/// Reads the slots of a segment's index file, in bounded memory, and says where they are out of
/// order.
struct IndexSlots {
    /// A slot of any of the three indexes.
    enum Slot: Hashable {
        case offset(number: Int, Offset, FilePosition)
        case time(number: Int, Timestamp, Offset)
        case transaction(number: Int, AbortedTransaction)

        var number: Int {
            switch self {
            case .offset(let number, _, _), .time(let number, _, _), .transaction(let number, _):
                number
            }
        }
    }

    /// A slot of the transaction index.
    struct AbortedTransaction: Hashable {
        static let byteCount = 34
        static let version: Int16 = 0

        let producerId: Int64
        let firstOffset: Offset
        let lastOffset: Offset
        let lastStableOffset: Offset
    }

    enum Step {
        case slot(Slot)
        case damage(Damage)
    }

    private static let portionByteCount = 64 << 10

    private let file: any File
    private let name: SegmentFileName
    private let slotByteCount: Int
    private let byteCount: Int
    private var portion: [UInt8] = []
    private var portionStart = 0
    private var number = 0
    private var last: Slot?

    init(_ file: any File, _ name: SegmentFileName) throws(IOFailure) {
        self.file = file
        self.name = name
        slotByteCount =
            switch name.kind {
            case .timeIndex: TimeIndex.slotByteCount
            case .transactionIndex: AbortedTransaction.byteCount
            default: OffsetIndex.slotByteCount
            }
        byteCount = try file.byteCount()
    }

    /// The next slot or damage; nil at the end, or where only space reserved for slots is left.
    mutating func next() throws(IOFailure) -> Step? {
        let start = number * slotByteCount
        guard start < byteCount else { return nil }
        guard try load(start) else {
            number = byteCount / slotByteCount + 1
            return .damage(damage(start, "it ends inside a slot"))
        }
        if try isReserved(from: start) {
            number = byteCount / slotByteCount + 1
            return nil
        }
        let place = start - portionStart
        let found = slot(portion.rawSpan.extracting(place..<place + slotByteCount))
        let previous = last
        let step = step(found, after: previous, at: start)
        last = found ?? previous
        number += 1
        return step
    }

    private func step(_ slot: Slot?, after previous: Slot?, at start: Int) -> Step {
        guard let slot else { return .damage(damage(start, "slot \(number) is malformed")) }
        if let previous, !isOrdered(previous, slot) {
            return .damage(damage(start, "slot \(number) is not later than the one before it"))
        }
        return .slot(slot)
    }

    private func slot(_ bytes: RawSpan) -> Slot? {
        switch name.kind {
        case .timeIndex:
            let slot = TimeIndex.slot(0, of: bytes)
            guard slot.relativeOffset >= 0 else { return nil }
            return .time(
                number: number, slot.timestamp, name.baseOffset + Int64(slot.relativeOffset))
        case .transactionIndex:
            guard bytes.bigEndian(Int16.self, at: 0) == AbortedTransaction.version else {
                return nil
            }
            return .transaction(
                number: number,
                AbortedTransaction(
                    producerId: bytes.bigEndian(Int64.self, at: 2),
                    firstOffset: Offset(bytes.bigEndian(Int64.self, at: 10)),
                    lastOffset: Offset(bytes.bigEndian(Int64.self, at: 18)),
                    lastStableOffset: Offset(bytes.bigEndian(Int64.self, at: 26))))
        default:
            let slot = OffsetIndex.slot(0, of: bytes)
            guard slot.relativeOffset >= 0, slot.position.value >= 0 else { return nil }
            return .offset(
                number: number, name.baseOffset + Int64(slot.relativeOffset), slot.position)
        }
    }

    private func isOrdered(_ last: Slot, _ slot: Slot) -> Bool {
        switch (last, slot) {
        case (.offset(_, let offset, let position), .offset(_, let next, let nextPosition)):
            offset < next && position < nextPosition
        case (.time(_, let time, let offset), .time(_, let next, let nextOffset)):
            time < next && offset <= nextOffset
        case (.transaction(_, let aborted), .transaction(_, let next)):
            aborted.lastOffset < next.lastOffset
        default: false
        }
    }

    /// Whether only zeros follow: a broker makes the index of its active segment as large as it may
    /// be.
    private mutating func isReserved(from start: Int) throws(IOFailure) -> Bool {
        guard name.kind != .transactionIndex, isZero(start - portionStart) else { return false }
        var position = start
        while position < byteCount {
            let bytes = try file.read(Self.portionByteCount, at: FilePosition(position))
            guard !bytes.isEmpty, bytes.allSatisfy({ $0 == 0 }) else { return false }
            position += bytes.count
        }
        return true
    }

    private func isZero(_ place: Int) -> Bool {
        portion[place..<place + slotByteCount].allSatisfy { $0 == 0 }
    }

    /// Has the slot at `start` in memory; false when the file ends inside of it.
    private mutating func load(_ start: Int) throws(IOFailure) -> Bool {
        if start < portionStart || start + slotByteCount > portionStart + portion.count {
            portion = try file.read(
                min(Self.portionByteCount, byteCount - start), at: FilePosition(start))
            portionStart = start
        }
        return start + slotByteCount <= portionStart + portion.count
    }

    /// Where a slot stands in the file.
    func range(of slot: Slot) -> Range<FilePosition> { range(from: slot.number * slotByteCount) }

    private func range(from start: Int) -> Range<FilePosition> {
        FilePosition(start)..<FilePosition(min(start + slotByteCount, byteCount))
    }

    private func damage(_ start: Int, _ problem: String) -> Damage {
        Damage(path: file.path, bytes: range(from: start), problem: problem)
    }
}

extension IndexSlots.Slot {
    /// The slot, ready to be shown.
    var item: Item {
        switch self {
        case .offset(let number, let offset, let position):
            Item(
                kind: .offsetSlot,
                cells: [.count(number), .integer(offset.value), .count(position.value)])
        case .time(let number, let timestamp, let offset):
            Item(
                kind: .timeSlot,
                cells: [
                    .count(number), .integer(timestamp.milliseconds), .integer(offset.value),
                ])
        case .transaction(let number, let aborted):
            Item(
                kind: .transactionSlot,
                cells: [
                    .count(number), .integer(aborted.producerId),
                    .integer(aborted.firstOffset.value), .integer(aborted.lastOffset.value),
                    .integer(aborted.lastStableOffset.value),
                ])
        }
    }
}
