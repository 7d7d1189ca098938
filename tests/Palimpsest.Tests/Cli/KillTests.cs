using System.Diagnostics;
using System.Globalization;
using Palimpsest.Numerics;

namespace Palimpsest.Tests.Cli;

/// <summary>kill -9 at random moments of a real training run, and in the middle of checkpoint writes. PALIMPSEST_KILLS sets how many; a few without it.</summary>
public sealed class KillTests
{
    private const int Steps = 30;

    private static string[] Training => ["finetune", "--steps", Steps.ToString(CultureInfo.InvariantCulture), .. CommandProcess.Small, "--set", "train.checkpoint_every=1", "--set", "train.evaluate_every=7", "--set", "train.dropout=0.1"];

    [Theory]
    [InlineData("model/model.safetensors")]
    [InlineData("adapter/adapter_model.safetensors", "--lora", "--set", "method.lora.dropout=0.1")]
    public void Run_KilledAgainAndAgain_EndsWithTheSameBits(string product, params string[] method)
    {
        int kills = int.TryParse(Environment.GetEnvironmentVariable("PALIMPSEST_KILLS"), CultureInfo.InvariantCulture, out int asked) ? asked : 4;
        using CommandProcess whole = new(), broken = new();
        long started = Stopwatch.GetTimestamp();
        (int code, string output, string error) = whole.Run([.. Training, .. method]);
        double milliseconds = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        Assert.True(code == 0, output + error);

        RandomStream random = new(20, "kills");
        int inWrite = 0, beforeEnd = 0;
        string[] arguments = [.. Training, .. method];
        for (int kill = 0; kill < kills; kill++)
        {
            using Process process = broken.Start(arguments);
            bool midWrite = kill % 2 == 1;
            inWrite += WaitForMoment(process, broken.Folder, midWrite, random, milliseconds) ? 1 : 0;
            beforeEnd += process.HasExited ? 0 : 1;
            process.Kill();
            process.WaitForExit();
            if (Directory.Exists(Path.Combine(broken.Folder, "runs")) && File.Exists(Path.Combine(broken.OnlyRun(), "run.json")))
            {
                arguments = ["run", "--resume", broken.OnlyRun()];
            }
        }

        (code, output, error) = broken.Run(arguments);
        Assert.True(code == 0, output + error);
        Assert.True(beforeEnd >= (kills + 1) / 2, $"Only {beforeEnd} of {kills} kills met a living process, {inWrite} of them while a checkpoint was being written.");
        Assert.Equal(File.ReadAllBytes(Path.Combine(whole.OnlyRun(), "artifacts", product)), File.ReadAllBytes(Path.Combine(broken.OnlyRun(), "artifacts", product)));
        Assert.Equal(Losses(whole.OnlyRun()), Losses(broken.OnlyRun()));
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(broken.OnlyRun(), "checkpoints"), "*.tmp"));
        TestContext.Current.TestOutputHelper?.WriteLine($"{beforeEnd} of {kills} kills met a living process, {inWrite} while a checkpoint was being written.");
    }

    // Random moments are spread over start-up and steps of a whole run, however fast the machine is; the others wait until a temporary file of a checkpoint is
    // there.
    private static bool WaitForMoment(Process process, string folder, bool midWrite, RandomStream random, double milliseconds)
    {
        if (!midWrite)
        {
            process.WaitForExit((int)(milliseconds * (0.1 + (0.4 * random.NextDouble()))));
            return false;
        }

        string runs = Path.Combine(folder, "runs");
        int skipped = random.NextInt(3);
        while (!process.HasExited)
        {
            if (Directory.Exists(runs) && Directory.GetDirectories(runs) is [string run] && Directory.Exists(Path.Combine(run, "checkpoints")) &&
                Directory.EnumerateFiles(Path.Combine(run, "checkpoints"), "*.tmp").Any() && skipped-- == 0)
            {
                return true;
            }
        }

        return false;
    }

    private static double[] Losses(string run) => [.. Palimpsest.Runs.RunFolder.ReadMetrics(run).Where(row => row.Values.ContainsKey("loss")).Select(row => row.Values["loss"])];
}
