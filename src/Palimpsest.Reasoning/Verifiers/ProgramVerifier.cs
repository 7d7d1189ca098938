using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Palimpsest.Reasoning.Verifiers;

/// <summary>A program of the user's: it gets <c>{"problem", "answer", "solution"}</c> as JSON on its standard input and writes <c>right</c> or <c>wrong</c> in
/// its first line, with the final answer behind it if it likes. Anything else, and any exit code but 0, is a failure of its own.</summary>
/// <remarks>It runs with the rights of this process, once a solution: give it only programs that you trust with texts that a model wrote. A shell sets the
/// limits of memory and processor time; a program that takes longer is ended with all that it has started.</remarks>
public sealed record ProgramVerifier : VerifierOptions
{
    /// <summary>The program and its arguments.</summary>
    public required IReadOnlyList<string> Command { get; init; }

    /// <summary>Says that running it is wanted.</summary>
    /// <value>The default is false, with which nothing is run.</value>
    public bool Run { get; init; }

    /// <summary>Longest time for one solution in seconds.</summary>
    /// <value>The default is 10.</value>
    public double Seconds { get; init; } = 10;

    /// <summary>Most address space in megabytes.</summary>
    /// <value>The default is 1024.</value>
    public int Megabytes { get; init; } = 1024;

    /// <inheritdoc/>
    public override IEnumerable<string> Problems()
    {
        if (Command.Count == 0 || Command[0].Length == 0)
        {
            yield return "command must name a program, such as [python3, check.py].";
        }

        if (!Run)
        {
            yield return $"run must be true for a program to be run: it would start \"{string.Join(' ', Command)}\" for every solution, with your rights.";
        }

        if (Seconds is not (> 0 and <= 3600) || Megabytes is < 16 or > 1 << 20)
        {
            yield return "seconds must be above 0 and at most 3600, megabytes from 16 to 1048576.";
        }
    }

    /// <inheritdoc/>
    public override IVerifier Create() => new Verifier(this);

    private sealed class Verifier(ProgramVerifier options) : IVerifier
    {
        public string Description => string.Create(CultureInfo.InvariantCulture,
            $"Runs \"{string.Join(' ', options.Command)}\" for every solution, at most {options.Seconds} s and {options.Megabytes} MB each.");

        public string? ProblemOf(Problem problem) => null;

        public Judgement Judge(Problem problem, string solution)
        {
            // The shell's limits hold for the program that takes its place.
            string limits = string.Create(CultureInfo.InvariantCulture,
                $"ulimit -v {options.Megabytes * 1024L}; ulimit -t {(int)Math.Ceiling(options.Seconds) + 1}; exec \"$@\"");
            ProcessStartInfo start = new("/bin/sh", ["-c", limits, "sh", .. options.Command])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
            };
            try
            {
                using Process process = Process.Start(start)!;
                return Ask(process, JsonSerializer.Serialize(new { problem = problem.Text, answer = problem.Answer, solution }));
            }
            catch (Win32Exception missing)
            {
                return new Judgement(Verdict.Failed, null, missing.Message);
            }
        }

        private Judgement Ask(Process process, string question)
        {
            Task<string?> said = process.StandardOutput.ReadLineAsync(CancellationToken.None).AsTask();
            Task<string> complaint = process.StandardError.ReadToEndAsync(CancellationToken.None);
            Task told = Tell(process, question);
            if (!process.WaitForExit(TimeSpan.FromSeconds(options.Seconds)))
            {
                process.Kill(entireProcessTree: true);
                process.WaitForExit();
                return new Judgement(Verdict.Failed, null, string.Create(CultureInfo.InvariantCulture, $"The program took more than {options.Seconds} s."));
            }

            Task.WaitAll([told, said, complaint], TimeSpan.FromSeconds(1));
            string[] words = said.IsCompletedSuccessfully ? said.Result?.Split(' ', 2, StringSplitOptions.TrimEntries) ?? [] : [];
            string? answer = words.ElementAtOrDefault(1);
            return (process.ExitCode, words.FirstOrDefault()) switch
            {
                (0, "right") => new Judgement(Verdict.Right, answer ?? "right"),
                (0, "wrong") => new Judgement(Verdict.Wrong, answer),
                (0, _) => new Judgement(Verdict.Failed, null, "The program wrote neither \"right\" nor \"wrong\"."),
                _ => new Judgement(Verdict.Failed, null, string.Create(CultureInfo.InvariantCulture,
                    $"The program ended with code {process.ExitCode}. {(complaint.IsCompletedSuccessfully ? complaint.Result.Trim() : "")}")),
            };
        }

        private static async Task Tell(Process process, string question)
        {
            try
            {
                await process.StandardInput.WriteAsync(question).ConfigureAwait(false);
                process.StandardInput.Close();
            }
            catch (IOException)
            {
                // The program ended without reading; its exit code tells.
            }
        }
    }
}
