using Palimpsest.Runs;

namespace Palimpsest.Tests.Cli;

/// <summary>Mistakes of users: one clear message, exit code 2, no stack trace, nothing half-written.</summary>
public sealed class BadInputTests
{
    public static TheoryData<string, string, string[]> Cases() => new()
    {
        { "", "no-such.jsonl: there is no such file", ["finetune", "--data", "no-such.jsonl"] },
        { "{\"text\": \"a\"}\n{\"text\": 7}\n", "data.jsonl line 2", ["finetune", "--data", "data.jsonl"] },
        { "{\"text\": \"a\"}\nnot json\n", "data.jsonl line 2", ["finetune", "--data", "data.jsonl"] },
        { "\n", "data.jsonl", ["finetune", "--data", "data.jsonl"] },
        { "{\"text\": \"a\"}\n", "no-such-model", ["finetune", "--model", "no-such-model", "--data", "data.jsonl"] },
        { "", "Did you mean \"train\"", ["finetune", "--set", "trian.steps=3"] },
        { "", "--learning-rate must be", ["finetune", "--learning-rate", "-1"] },
        { "", "Did you mean \"facts\"", ["finetune", "--set", "data.fact=3"] },
        { "", "there is no such recipe", ["run", "no-such.yaml"] },
        { "", "Name either a recipe or", ["run"] },
        { "", "this is no run folder", ["run", "--resume", "."] },
        { "schema: 1\nkind: fintune\n", "Did you mean \"finetune\"", ["run", "data.jsonl"] },
        { "schema: 1\nkind: finetune\ntrain: { stepss: 3 }\n", "data.jsonl line 3: unknown key \"train.stepss\". Did you mean \"steps\"", ["run", "data.jsonl"] },
        { "", "no-adapter: there is no such file or folder", ["evaluate", "--adapter", "no-adapter"] },
        { "", "No module is meant by targets c_attn", ["finetune", "--lora", "--targets", "c_attn"] },
        { "", "targets hold an empty name", ["finetune", "--targets", ""] },
        { "", "Raise accumulate instead", ["finetune", "--batch-size", "1000000000"] },
        { "", "out dir.gguf: is the name of a file, but a Hugging Face folder is written. Name a folder, such as 'out dir'",
            ["convert", "base-v1", "out dir.gguf"] },
        { "", "--older belongs to --resume", ["run", "data.jsonl", "--older"] },
        { "", "rank must be from 1", ["finetune", "--rank", "0"] },
        { "", "save_merged needs lora", ["finetune", "--set", "method.save_merged=true"] },
        { "", "model.adapter is for evaluating", ["finetune", "--set", "model.adapter=a"] },
        { "x", "cannot be", ["evaluate", "--runs", "data.jsonl/runs"] },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Command_Mistake_IsOneClearMessage(string file, string expected, string[] arguments)
    {
        using CommandProcess command = new();
        command.Write("data.jsonl", file);
        (int code, string output, string error) = command.Run(arguments);
        Assert.True(code == 2, $"{code}: {output}{error}");
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error + output, StringComparison.Ordinal);
    }

    [Fact]
    public void Finetune_ExampleLongerThanTheContext_NamesTheWayOut()
    {
        using CommandProcess command = new();
        command.Write("data.jsonl", string.Join('\n', Enumerable.Range(0, 40).Select(i => $"{{\"prompt\": \"q{i}\", \"completion\": \" {string.Join(' ', Enumerable.Repeat("word", 400))} {i}\"}}")));
        (int code, _, string error) = command.Run("finetune", "--data", "data.jsonl", "--steps", "2", "--batch-size", "2");
        Assert.Equal(2, code);
        Assert.Contains("or set --too-long to truncate or skip", error, StringComparison.Ordinal);
        Assert.Equal(RunStatus.Failed, RunFolder.Read(command.OnlyRun()).Status);
        (code, string output, error) = command.Run("finetune", "--data", "data.jsonl", "--steps", "2", "--batch-size", "2", "--too-long", "truncate", "--runs", "others");
        Assert.True(code == 0, output + error);
    }

    [Fact]
    public void Finetune_BrokenLines_AreCountedWhenSkipped()
    {
        using CommandProcess command = new();
        command.Write("data.jsonl", string.Join('\n', Enumerable.Range(0, 60).Select(i => i % 20 == 3 ? "broken" : $"{{\"prompt\": \"q{i}\", \"completion\": \" a{i}\"}}")));
        (int code, string output, string error) = command.Run("finetune", "--data", "data.jsonl", "--steps", "2", "--batch-size", "2", "--skip-bad");
        Assert.True(code == 0, output + error);
        Assert.Contains("3 bad lines were left out", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Finetune_DiskFull_SaysSoAndKeepsTheFolderSound()
    {
        // A limit on the size of files fails a checkpoint's write as a full disk does; .NET itself keeps code in a large file unless told otherwise.
        using CommandProcess command = new();
        (int code, string output, string error) = command.Shell($"trap '' XFSZ; export DOTNET_EnableWriteXorExecute=0; ulimit -f 4000; exec $command finetune --steps 4 {string.Join(' ', CommandProcess.Small)} --set train.checkpoint_every=2");
        Assert.True(code == 2, $"{code}: {output}{error}");
        Assert.Contains("cannot be written", error, StringComparison.Ordinal);
        string run = command.OnlyRun();
        Assert.Equal(RunStatus.Failed, RunFolder.Read(run).Status);
        Assert.Empty(Directory.EnumerateFiles(run, "*.tmp", SearchOption.AllDirectories));
        (code, output, error) = command.Run("run", "--resume", run);
        Assert.True(code == 0, output + error);
    }

    [Fact]
    public void Finetune_LossBecomesNaN_KeepsTheLastGoodCheckpoint()
    {
        using CommandProcess command = new();
        (int code, string output, string error) = command.Run(["finetune", "--steps", "60", "--learning-rate", "1e12", .. CommandProcess.Small, "--set", "train.checkpoint_every=1", "--set", "train.clip_norm=0", "--set", "train.warmup_steps=0"]);
        Assert.True(code == 2, $"{code}: {output}{error}");
        Assert.Contains("became infinite or NaN", error, StringComparison.Ordinal);
    }
}
