/// The index files of a sealed segment, mapped.
package struct SegmentIndexMaps: Sendable {
    private let offsetRegion: MappedRegion
    private let timeRegion: MappedRegion
    private let offsetWatch = MapWatch()
    private let timeWatch = MapWatch()

    package init(offsetRegion: MappedRegion, timeRegion: MappedRegion) {
        self.offsetRegion = offsetRegion
        self.timeRegion = timeRegion
    }

    /// Whether both files are as long as they were when they were mapped, as far as is known.
    package var areThere: Bool {
        offsetWatch.isThere(offsetRegion, upTo: offsetRegion.byteCount)
            && timeWatch.isThere(timeRegion, upTo: timeRegion.byteCount)
    }

    /// The slots of the offset index.
    package var offsetSlots: RawSpan {
        @_lifetime(borrow self)
        get { offsetRegion.bytes }
    }

    /// The slots of the time index.
    package var timeSlots: RawSpan {
        @_lifetime(borrow self)
        get { timeRegion.bytes }
    }
}
