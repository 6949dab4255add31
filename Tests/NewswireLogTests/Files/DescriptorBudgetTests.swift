import NewswireLog
import NewswireTesting
import Testing

struct DescriptorBudgetTests {
    @Test func `half of the files and a quarter of the maps are ours`() {
        let budget = DescriptorBudget(openFilesMax: 1024, mapsMax: 65_530)
        #expect(budget.descriptors == 512)
        #expect(budget.maps == 16_382)
    }

    @Test func `the limits are read from the process`() async {
        await #expect(processExitsWith: .success) {
            ProcessLimits.setOpenFilesMax(100)
            let budget = DescriptorBudget.ofThisProcess()
            #expect(budget.descriptors == 50)
            #expect(budget.maps > 0)
        }
    }
}
