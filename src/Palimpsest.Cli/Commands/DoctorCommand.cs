using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using Palimpsest.Torch;
using TorchSharp;

namespace Palimpsest.Cli.Commands;

/// <summary><c>palimpsest doctor</c>: what could be wrong with this machine, and how to mend it.</summary>
internal static class DoctorCommand
{
    public static Command Create(TextWriter output)
    {
        Command command = new(
            "doctor",
            """
            Checks the native library, memory, threads and allocator, and says how to mend what is wrong. Exits with 1 if something is.

            Example: palimpsest doctor
            """);
        command.SetAction(_ => Run(output));
        return command;
    }

    private static int Run(TextWriter output)
    {
        bool healthy = true;
        void Say(bool good, string what, string mend = "")
        {
            healthy &= good;
            output.WriteLine($"{(good ? "ok   " : "WRONG")} {what}{(good || mend.Length == 0 ? "" : $"\n      {mend}")}");
        }

        Say(true, $"{RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}, {RuntimeInformation.ProcessArchitecture}");
        try
        {
            NativeLibraries.EnsureLoaded();
        }
        catch (PalimpsestException error)
        {
            Say(false, "libtorch does not load", error.Message);
            return 1;
        }

        Say(true, $"libtorch loads from {NativeLibraries.Folder() ?? "the system"}");
        Say(Sum() == 6f, "libtorch computes", "A sum came out wrong: the native library does not fit this machine.");

        long memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        Say(memory >= 2L << 30, $"memory {memory / (double)(1L << 30):F1} GiB", "Training of the smallest models needs 2 GiB.");

        TorchContext context = CommandTorch.Start();
        Say(true, $"threads {context.Threads} of {Environment.ProcessorCount} cores");
        string tunables = Environment.GetEnvironmentVariable("GLIBC_TUNABLES") ?? "";
        Say(
            !OperatingSystem.IsLinux() || tunables.Contains("glibc.malloc.hugetlb=1", StringComparison.Ordinal),
            $"allocator: GLIBC_TUNABLES is \"{tunables}\"",
            "Start with ./palimpsest, or set GLIBC_TUNABLES=glibc.malloc.hugetlb=1 before the start: on virtual machines a training step takes up to twice as long without.");

        double f32 = MatmulPeak.Measure(torch.ScalarType.Float32, context.Device), bf16 = MatmulPeak.Measure(torch.ScalarType.BFloat16, context.Device, 384, 2);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"      matrix product {f32 / 1e9:F0} GFLOP/s in f32, {bf16 / 1e9:F0} in bf16: --dtype auto takes {(bf16 > 1.2 * f32 ? "bf16" : "f32")}"));
        output.WriteLine(healthy ? "Nothing is wrong." : "Something is wrong; see above.");
        return healthy ? 0 : 1;
    }

    private static float Sum()
    {
        using torch.Tensor values = torch.tensor(new[] { 1f, 2f, 3f });
        using torch.Tensor sum = values.sum();
        return Ops.Value(sum);
    }
}
