/// The index files of a sealed segment, mapped.
package struct SegmentIndexMaps: Sendable {
    private let offsetRegion: MappedRegion
    private let timeRegion: MappedRegion

    package init(offsetRegion: MappedRegion, timeRegion: MappedRegion) {
        self.offsetRegion = offsetRegion
        self.timeRegion = timeRegion
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
