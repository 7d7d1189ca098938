using Palimpsest.Runs;
using Palimpsest.Runs.Reports;
using Palimpsest.Training.Meters;

namespace Palimpsest.Jobs;

/// <summary>The measured memory of a training in a run's folder, its log and its report.</summary>
internal static class MemoryReport
{
    private const string File = "memory.json";

    /// <summary>Keeps what was measured, and says it in a sentence; nothing if this process took no step.</summary>
    public static void Write(MemoryUse use, JobContext context)
    {
        if (use.Steps == 0)
        {
            return;
        }

        context.Run.WriteArtifact(File, use);
        string buffers = string.Join(", ", Buffers(use).Select(item => $"{item.Name} {JobText.Bytes(item.Bytes)}"));
        string passes = use.Activations is long most
            ? $"activations and temporaries {JobText.Bytes(most)} at most" : "activations not measured (the C library does not tell)";
        context.Log.Say($"Memory: {buffers}; {passes}; the process held {JobText.Bytes(use.PeakResident)} at most.");
    }

    /// <summary>A table for the page; nothing of a run that measured none.</summary>
    /// <param name="folder">The run's folder.</param>
    public static IReadOnlyList<ReportBlock> Of(string folder)
    {
        if (RunFolder.ReadArtifact<MemoryUse>(folder, File) is not MemoryUse use)
        {
            return [];
        }

        (string Name, long? Bytes)[] live =
        [
            ("activations and temporaries, at most", use.Activations), ("libraries, runtime and data", use.Rest()),
            ("all live native bytes after a forward pass, at most", use.Forward),
            ("after a backward pass, at most", use.Backward), ("after the optimizer's step, at most", use.Step),
        ];
        string counted = use.Readings == use.Steps ? $"all {use.Steps} steps" : $"{use.Readings} of {use.Steps} steps";
        return
        [
            new ReportTable(
                ["memory", "measured"],
                [
                    .. Buffers(use).Select(item => new[] { item.Name, JobText.Bytes(item.Bytes) }),
                    .. live.Select(item => new[] { item.Name, item.Bytes is long bytes ? JobText.Bytes(bytes) : "not measured" }),
                    ["pages of the process at the end", JobText.Bytes(use.Resident)], ["pages of the process, at most", JobText.Bytes(use.PeakResident)],
                ],
                $"Bytes of the training's own buffers, and of the C library's allocator, read in {counted} of the last process."),
        ];
    }

    private static IEnumerable<(string Name, long Bytes)> Buffers(MemoryUse use)
    {
        (string Name, long Bytes)[] all =
        [
            ("weights", use.Trained), ("frozen weights", use.Frozen), ("frozen weights mapped from the file", use.Mapped), ("gradients", use.Gradients),
            ("optimizer state", use.OptimizerState),
            ("projectors", use.Projectors),
        ];
        return all.Where(item => item.Bytes > 0);
    }
}
