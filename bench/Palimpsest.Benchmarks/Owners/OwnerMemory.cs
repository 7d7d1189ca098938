using System.Diagnostics;
using System.Globalization;
using Palimpsest.Unlearning.SiftMasks;
using Palimpsest.Unlearning.SiftMasks.Store;

namespace Palimpsest.Benchmarks.Owners;

/// <summary>Peak memory of enrolling few and many owners, one process each, since a peak never falls again. The heaps of .NET and of libtorch find their size over the first hundred owners; from then on it stays.</summary>
internal static class OwnerMemory
{
    private static readonly int[] s_owners = [4, 64, 256];

    public static void Run()
    {
        Console.WriteLine("owners: peak resident memory of enrolling with one worker, a step of 2 examples each; the store keeps 8 bytes a parameter once and a bit a parameter for each owner, on disk");
        double[] peaks = [.. s_owners.Select(Peak)];
        for (int i = 0; i < peaks.Length; i++)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {s_owners[i],4} owners {peaks[i] / 1e6,12:F1} MB   {peaks[i] / peaks[0]:F3} times that of {s_owners[0]}"));
        }
    }

    /// <summary>What each of the processes does.</summary>
    public static void Child(int owners) => OwnersBenchmark.WithStore(new OwnerTuning { Steps = 1 }, store =>
    {
        new OwnerEnrolment(store).Add([.. Enumerable.Range(0, owners).Select(i => ($"world-{i}", (Func<OwnerData>)(() => OwnersBenchmark.Data(i, facts: 2, perFact: 1))))]);
        using Process process = Process.GetCurrentProcess();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{process.PeakWorkingSet64}"));
    });

    private static double Peak(int owners)
    {
        // Either the program itself, or dotnet with the program as its first argument.
        string program = Environment.ProcessPath!, library = typeof(OwnerMemory).Assembly.Location;
        string[] self = Path.GetFileNameWithoutExtension(program) == "dotnet" ? [library] : [];
        using Process process = Process.Start(new ProcessStartInfo(program, [.. self, "owners", "memory-of", owners.ToString(CultureInfo.InvariantCulture)]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return double.TryParse(output, CultureInfo.InvariantCulture, out double peak) ? peak : throw new InvalidOperationException($"The process of {owners} owners said: {output}");
    }
}
