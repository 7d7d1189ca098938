using System.Diagnostics;
using Palimpsest.Runs;

namespace Palimpsest.Tests.Cli;

public sealed class FederateCommandTests
{
    private static readonly string[] Small =
    [
        "federate", "--clients", "5", "--cohort", "3", "--rounds", "6", "--rank", "4", "--workers", "2", "--batch-size", "4", "--density", "0.5",
        "--set", "data.facts=2", "--set", "data.examples_per_fact=4", "--set", "train.evaluate_every=2", "--set", "evaluate.items=4",
    ];

    [Fact]
    public void Federate_Killed_GoesOnAndEndsWithTheSameBitsAndServes()
    {
        using CommandProcess whole = new(), broken = KilledAmongRounds();
        (int code, string output, string error) = whole.Run(Small);
        Assert.True(code == 0, output + error);
        Assert.Contains("rounds: 6 of 6", output, StringComparison.Ordinal);
        Assert.Contains("held-out items, answered rightly", output, StringComparison.Ordinal);

        (code, output, error) = broken.Run("run", "--resume", broken.OnlyRun());
        Assert.True(code == 0, output + error);
        Assert.Equal(Adapter(whole), Adapter(broken));
        Assert.Equal(
            RunFolder.ReadMetrics(whole.OnlyRun()).Where(row => row.Values.ContainsKey("held_out_loss")).Select(row => row.Values["held_out_loss"]),
            RunFolder.ReadMetrics(broken.OnlyRun()).Where(row => row.Values.ContainsKey("held_out_loss")).Select(row => row.Values["held_out_loss"]));

        (code, output, error) = whole.Run("generate", "--adapter", Path.Combine(whole.OnlyRun(), "artifacts", "adapter"), "--tokens", "5", "Question: Where");
        Assert.True(code == 0, output + error);
        Assert.StartsWith("Question: Where", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--cohort is 10, but there are 3 clients", "--clients", "3")]
    [InlineData("--density must be above 0 and at most 1", "--density", "2")]
    [InlineData("Did you mean \"flasc\"?", "--algorithm", "flask")]
    [InlineData("iid deals examples out evenly and dirichlet unevenly", "--world", "biographies", "--iid", "--dirichlet", "1")]
    [InlineData("Train.local.optimizer must be sgd or adamw", "--set", "train.local.optimizer=grass")]
    public void Federate_OptionsThatMakeNoSense_AreNamed(string expected, params string[] options)
    {
        using CommandProcess command = new();
        (int code, _, string error) = command.Run(["federate", .. options]);
        Assert.Equal(2, code);
        Assert.Contains(expected, error, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Federate_OptionOfTwoKeys_SaysItsMistakeOnce()
    {
        using CommandProcess command = new();
        Assert.Equal("--density must be above 0 and at most 1, but is 2.", command.Run("federate", "--density", "2").Error.Trim());
    }

    // On a busy machine the run may end before the kill arrives: then another one is killed.
    private static CommandProcess KilledAmongRounds()
    {
        for (int attempt = 0; attempt < 5; attempt++)
        {
            CommandProcess command = new();
            using Process process = command.Start(Small);
            string runs = Path.Combine(command.Folder, "runs");
            while (!process.HasExited && !(Directory.Exists(runs) && Directory.GetDirectories(runs) is [string run] && RoundsOf(run) >= 2))
            {
                Thread.Sleep(5);
            }

            process.Kill();
            process.WaitForExit();
            if (RoundsOf(command.OnlyRun()) is >= 2 and <= 5)
            {
                return command;
            }

            command.Dispose();
        }

        throw new InvalidOperationException("Five runs ended before they could be killed, or never came to their second round.");
    }

    private static long RoundsOf(string run) =>
        File.Exists(Path.Combine(run, "metrics.jsonl")) ? RunFolder.ReadMetrics(run).Select(row => row.Step).DefaultIfEmpty().Max() : 0;

    private static byte[] Adapter(CommandProcess command) =>
        File.ReadAllBytes(Path.Combine(command.OnlyRun(), "artifacts", "adapter", "adapter_model.safetensors"));
}
