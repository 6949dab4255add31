/// Reads the groups of a redo file front to back, trusting nothing.
///
/// Memory: one group.
package struct RedoScan {
    /// What stands at a place.
    package enum Step {
        case group(RedoGroup)
        /// Bytes that are no group, though one follows.
        case damage(at: FilePosition, byteCount: Int)
    }

    /// What the first page says; as a crash leaves it, that may be of the file's next life.
    package private(set) var header: RedoFile.Header?
    /// What is wrong with the first page; nil when nothing is.
    package private(set) var headerFailure: FormatFailure?
    /// Where the next group is expected.
    package private(set) var position = FilePosition(RedoGroup.pageByteCount)
    /// The bytes of the group that ``next()`` answered last.
    package private(set) var bytes: [UInt8] = []

    private let file: any File
    private let number: UInt64
    private let seed: UInt32
    private let fileByteCount: Int
    /// The least sequence that the next group may have.
    private var expected: UInt64 = 0

    /// Begins with the first page of `file`, which should be number `number` of the directory.
    package init(
        _ file: any File, number: UInt64, of directoryID: TopicID
    ) throws(IOFailure) {
        self.file = file
        self.number = number
        fileByteCount = try file.byteCount()
        seed = RedoGroup.seed(directoryID: directoryID, fileNumber: number)
        let page = try file.read(RedoGroup.pageByteCount, at: .start)
        // Groups can be told without it: they name the file, and their checksums its life.
        do throws(FormatFailure) {
            let header = try RedoFile.Header(page.rawSpan)
            self.header = header
            guard header.directoryID == directoryID, header.number >= number else {
                throw .damaged("it was begun as file \(header.number) of \(header.directoryID)")
            }
        } catch { headerFailure = error }
    }

    /// The next group; nil behind the last one.
    package mutating func next() throws(IOFailure) -> Step? {
        if let group = try group(at: position) { return .group(take(group)) }
        // A torn group is the last one. One that went bad later has others behind it, and no group
        // is longer than that.
        let start = position
        let end = start.value + RedoGroup.wholePages(OpenGroup.byteCountMax) + 1
        var place = start + RedoGroup.pageByteCount
        while place.value < min(end, fileByteCount) {
            if try group(at: place) != nil {
                // Beside a writer it may have been written meanwhile.
                if let group = try group(at: start) { return .group(take(group)) }
                position = place
                return .damage(at: start, byteCount: place.value - start.value)
            }
            place = place + RedoGroup.pageByteCount
        }
        return nil
    }

    private mutating func take(_ group: RedoGroup) -> RedoGroup {
        position = position + group.pagesByteCount
        expected = group.sequence + 1
        return group
    }

    /// The group at `place`, with its bytes in ``bytes``; nil when there is none.
    private mutating func group(at place: FilePosition) throws(IOFailure) -> RedoGroup? {
        guard place.value + RedoGroup.Layout.headerByteCount <= fileByteCount else { return nil }
        let start = try file.read(RedoGroup.Layout.headerByteCount, at: place)
        guard
            let claimed = RedoGroup.claimedByteCount(start.rawSpan, fileNumber: number),
            claimed <= OpenGroup.byteCountMax, claimed <= fileByteCount - place.value
        else { return nil }
        bytes = try file.read(claimed, at: place)
        do throws(FormatFailure) {
            let group = try RedoGroup(bytes.rawSpan, seed: seed)
            return group.sequence >= expected || Mutant.sequenceUnchecked.isOn ? group : nil
        } catch {
            // Torn, or of another life of the file: no group in either case.
            return nil
        }
    }
}
