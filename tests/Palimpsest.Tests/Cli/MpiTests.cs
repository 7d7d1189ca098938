using System.Text.Json;

namespace Palimpsest.Tests.Cli;

public sealed class MpiTests
{
    private static readonly string[] s_training = ["finetune", .. CommandProcess.Small, "--set", "train.accumulate=2"];

    [Fact]
    public void Finetune_TwoRanks_EndsWithTheModelOfOneProcessAndCountsItsBytes()
    {
        using CommandProcess command = new();
        (int code, string output, string error) = Mpi(command, [.. s_training, "--steps", "6"]);
        Assert.True(code == 0, output + error);
        string run = command.OnlyRun(), model = Path.Combine("artifacts", "model", "model.safetensors");
        (code, output, error) = command.Run([.. s_training, "--steps", "6", "--runs", "alone"]);
        Assert.True(code == 0, output + error);
        Assert.Equal(File.ReadAllBytes(Path.Combine(command.OnlyRun("alone"), model)), File.ReadAllBytes(Path.Combine(run, model)));

        JsonElement last = File.ReadLines(Path.Combine(run, "metrics.jsonl")).Select(line => JsonDocument.Parse(line).RootElement)
            .Last(line => line.TryGetProperty("loss", out _));
        Assert.Equal(6L * 4 * 1_053_824, last.GetProperty("bytes_summed").GetInt64());
    }

    [Fact]
    public void Finetune_RankIsKilled_EndsWithTheLastCheckpointWholeAndGoesOn()
    {
        using CommandProcess command = new();
        string[] asked = [.. s_training, "--steps", "80", "--set", "train.checkpoint_every=1"];

        // The second rank is killed once the first has written a checkpoint.
        (int code, _, string error) = Mpi(command, asked,
            "& run=$!; while kill -0 $run && ! ls runs/*/checkpoints/step-* >/dev/null 2>&1; do sleep 0.05; done; kill -9 $(pgrep -P $run | tail -n "
                + "1); wait $run");
        Assert.True(code != 0, error);
        string run = command.OnlyRun();
        Assert.NotEmpty(Directory.GetFiles(Path.Combine(run, "checkpoints"), "step-*.safetensors"));
        (code, string output, error) = command.Run("run", "--resume", run);
        Assert.True(code == 0, output + error);
        Assert.Contains("Going on from step", output, StringComparison.Ordinal);
    }

    private static (int Code, string Output, string Error) Mpi(CommandProcess command, string[] arguments, string then = "")
    {
        Assert.SkipUnless(command.Shell("command -v mpirun").Code == 0, "There is no mpirun on this machine (Debian: openmpi-bin).");
        return command.Shell($"mpirun --allow-run-as-root --oversubscribe -n 2 $command {string.Join(' ', arguments)} {then}");
    }
}
