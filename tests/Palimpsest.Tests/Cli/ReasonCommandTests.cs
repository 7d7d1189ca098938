using System.Diagnostics;
using System.Text.Json;
using Palimpsest.Cli;

namespace Palimpsest.Tests.Cli;

/// <summary>The command over a user's problems and samples, and a run that is killed.</summary>
public sealed class ReasonCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Score_OfRecordedSamples_ByTheirOwnVerdictsOrAnew()
    {
        string[] lines =
        [
            """{"question": "1+1", "answer": "2", "pred": ["2", "3", "", "2"], "score": [true, false, false, true], """
                + "\"code\": " + """["\\boxed{2}", "\\boxed{3}", "none", "\\boxed{2.0}"]}""",
            """{"problem": "2+2", "answer": 4, "samples": [{"text": "\\boxed{4}", "answer": "4", "verdict": "right"}, """
                + """{"text": "5", "answer": null, "verdict": "unreadable"}, {"text": "\\boxed{5}", "answer": "5", "verdict": "wrong"}, """
                + """{"text": "\\boxed{4}", "answer": "4", "verdict": "right"}]}""",
        ];
        _folder.Write("s.jsonl", string.Join('\n', lines));
        (int code, string said) = Run("reason", "score", _folder.At("s.jsonl"));
        Assert.Equal(0, code);
        Assert.Contains("pass@1    50.0%", said, StringComparison.Ordinal);
        Assert.Contains("maj@4    100.0%", said, StringComparison.Ordinal);
        Assert.Contains("2 of 8 samples have no answer", said, StringComparison.Ordinal);
        (code, string anew) = Run("reason", "score", _folder.At("s.jsonl"), "--verifier", "boxed");
        Assert.Equal(0, code);
        Assert.Equal(said, anew);
        (code, said) = Run("reason", "score", _folder.At("s.jsonl"), "--verifier", "boxd");
        Assert.Equal(2, code);
        Assert.Contains("Did you mean \"boxed\"", said, StringComparison.Ordinal);
        _folder.Write("bad.jsonl", "{\"problem\": \"1\", \"answer\": \"1\", \"pred\": [\"1\"], \"score\": []}");
        (code, said) = Run("reason", "score", _folder.At("bad.jsonl"));
        Assert.Equal(2, code);
        Assert.Contains("line 1", said, StringComparison.Ordinal);
    }

    [Fact]
    public void Sample_OfTheUsersProblems_WritesWhatScoreReads()
    {
        _folder.Write("p.jsonl",
            "{\"problem\": \"1 + 1 = ?\", \"answer\": \"2\"}\n{\"question\": \"2 + 2 = ?\", \"answer\": 4}\n{\"problem\": \"no answer\"}\n");
        string[] arguments = ["reason", "sample", _folder.At("p.jsonl"), "--model", "base-v1", "--samples", "2", "--tokens", "8", "--output",
            _folder.At("out.jsonl")];
        (int code, string said) = Run(arguments);
        Assert.Equal(2, code);
        Assert.Contains("line 3: has \"problem\" and no answer", said, StringComparison.Ordinal);
        (code, said) = Run([.. arguments, "--skip-bad"]);
        Assert.True(code == 0, said);
        Assert.Contains("1 problems were left out", said, StringComparison.Ordinal);
        Assert.Contains("4 rollouts in", said, StringComparison.Ordinal);
        string[] first = File.ReadAllLines(_folder.At("out.jsonl"));
        Assert.Equal(2, JsonDocument.Parse(first[0]).RootElement.GetProperty("samples").GetArrayLength());
        (code, said) = Run([.. arguments, "--skip-bad"]);
        Assert.Contains("0 rollouts in", said, StringComparison.Ordinal); // all are in the store
        Assert.Equal(first, File.ReadAllLines(_folder.At("out.jsonl")));
        Assert.Equal(0, Run("reason", "score", _folder.At("out.jsonl")).Code);
        (code, said) = Run([.. arguments, "--skip-bad", "--temperature", "0"]);
        Assert.Equal(2, code);
        (code, said) = Run([.. arguments, "--skip-bad", "--skip", "2"]);
        Assert.Equal(2, code);
        Assert.Contains("--skip 2 leaves none of the 2 problems", said, StringComparison.Ordinal);
        (code, said) = Run([.. arguments, "--skip-bad", "--skip", "1", "--right", _folder.At("right.jsonl"), "--verifier", "exact"]);
        Assert.Equal(2, code);
        Assert.Contains("right.jsonl: there is no right solution to write", said, StringComparison.Ordinal);
        (code, said) = Run("reason", "sample", _folder.At("p.jsonl"), "--model", "base-v1", "--skip-bad", "--verifier", "{ name: program, command: [check] }");
        Assert.Equal(2, code);
        Assert.Contains("run must be true", said, StringComparison.Ordinal);
    }

    [Fact]
    public void Pairs_OfRightAndWrongSolutions_AreWhatFinetuneReads()
    {
        // The story model writes what it likes; a program that judges by the parity of the length makes about half of that right.
        _folder.Write("p.jsonl", "{\"problem\": \"Once upon a time\", \"answer\": \"even\"}\n");
        string check = "{ name: program, command: [/bin/sh, -c, \"test $(( $(wc -c) % 2 )) = 0 && echo right || echo wrong\"], run: true }";
        string[] arguments = ["reason", "pairs", _folder.At("p.jsonl"), "--model", "base-v1", "--samples", "6", "--tokens", "40", "--temperature", "1.5",
            "--output", _folder.At("pairs.jsonl"),
            "--rollouts", "3", "--rule", "first-zero", "--form", "{problem}"];
        (int code, string said) = Run([.. arguments, "--verifier", check]);
        Assert.True(code == 0 || said.Contains("No pairs exist", StringComparison.Ordinal), said);
        foreach (string line in code == 0 ? File.ReadAllLines(_folder.At("pairs.jsonl")) : [])
        {
            // No begin token is spelled out, and the answers go on where the prompt ends.
            JsonElement pair = JsonDocument.Parse(line).RootElement;
            Assert.Equal("Once upon a time", pair.GetProperty("prompt").GetString());
            Assert.NotEqual(pair.GetProperty("rejected").GetString(), pair.GetProperty("chosen").GetString());
        }

        string always = "{ name: program, command: [/bin/sh, -c, \"cat > /dev/null; echo right\"], run: true }";
        (code, said) = Run("reason", "sample", _folder.At("p.jsonl"), "--model", "base-v1", "--samples", "6", "--tokens", "200", "--form", "{problem}",
            "--output", _folder.At("samples.jsonl"), "--right", _folder.At("right.jsonl"), "--verifier", always);
        Assert.True(code == 0, said);
        JsonElement learnt = JsonDocument.Parse(File.ReadAllLines(_folder.At("right.jsonl"))[0]).RootElement;
        Assert.Equal("Once upon a time", learnt.GetProperty("prompt").GetString());
        Assert.NotEmpty(learnt.GetProperty("completion").GetString()!);
        (code, said) = Run([.. arguments, "--verifier", "exact"]);
        Assert.Equal(2, code);
        Assert.Contains("No pairs exist: the model solves none of the problems", said, StringComparison.Ordinal);
        (code, said) = Run([.. arguments, "--pairing", "shared-prefx"]);
        Assert.Contains("Did you mean \"shared-prefix\"", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_Killed_GoesOnWithWhatItHad()
    {
        using CommandProcess command = new();
        command.Write("r.yaml", """
            schema: 1
            kind: reasoning
            model: { width: 32, layers: 2, heads: 2 }
            data: { task: { name: planted-shortcut, operands: 5, base: 4 }, problems: [60, 120], arms_at: [120], test: 60 }
            train: { steps: 100, batch_size: 32, learning_rate: 0.005 }
            arms: [{ name: per-step-dpo, steps: 5 }, rft]
            """);
        using (Process process = command.Start("run", "r.yaml"))
        {
            while (!process.HasExited && !Directory.EnumerateFiles(command.Folder, "120-sft.json", SearchOption.AllDirectories).Any())
            {
                await Task.Delay(20, TestContext.Current.CancellationToken);
            }

            process.Kill();
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        (int code, string output, string error) = command.Run("run", "--resume", Path.Combine("runs", Path.GetFileName(command.OnlyRun())));
        Assert.True(code == 0, output + error);
        Assert.Contains("120 problems, per-step-dpo", output, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(command.OnlyRun(), "report.html")));
    }

    private static (int Code, string Said) Run(params string[] arguments)
    {
        using StringWriter output = new();
        int code = CommandLineHost.Run(arguments, output, output);
        return (code, output.ToString());
    }
}
