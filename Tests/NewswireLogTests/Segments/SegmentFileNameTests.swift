import NewswireLog
import Testing

struct SegmentFileNameTests {
    @Test(arguments: SegmentFileName.Kind.allCases)
    func `a name is read as it is written`(kind: SegmentFileName.Kind) {
        for offset in [0, 1, 9, 10, 123_456_789_012, Int64.max - Int64(UInt32.max)] {
            let name = SegmentFileName(Offset(offset), kind)
            #expect(name.description.utf8.prefix { $0 != UInt8(ascii: ".") }.count == 20)
            #expect(SegmentFileName(name.description) == name)
        }
    }

    @Test func `names are Kafka's`() {
        #expect(SegmentFileName(Offset(0), .log).description == "00000000000000000000.log")
        #expect(
            SegmentFileName(Offset(4711), .offsetIndex).description == "00000000000000004711.index")
        #expect(
            SegmentFileName(Offset(1), .timeIndex).description == "00000000000000000001.timeindex")
        #expect(
            SegmentFileName(Offset(1), .producerSnapshot).description
                == "00000000000000000001.snapshot")
    }

    @Test(arguments: [
        "", ".log", "0.log", "000000000000000000000.log", "0000000000000000000.log",
        "0000000000000000000a.log", "-0000000000000000001.log", "+0000000000000000001.log",
        "00000000000000000000", "00000000000000000000.", "00000000000000000000.LOG",
        "00000000000000000000.log.tmp", "00000000000000000000.log.deleted",
        "00000000000000000000.cleaned", " 0000000000000000000.log", "partition.metadata",
        "0000000000000000000\u{0661}.log", "99999999999999999999.log",
    ])
    func `another name is none`(_ name: String) {
        #expect(SegmentFileName(name) == nil)
    }

    @Test func `an offset behind which no batch fits is none`() {
        // A stray file with the largest number made the next offset overflow.
        #expect(SegmentFileName("09223372036854775807.log") == nil)
        #expect(SegmentFileName("09223372036854775808.log") == nil)
    }
}
