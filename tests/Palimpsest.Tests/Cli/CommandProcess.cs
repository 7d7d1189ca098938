using System.Diagnostics;

namespace Palimpsest.Tests.Cli;

/// <summary>The real command in a process of its own, in a folder that goes away with the object.</summary>
internal sealed class CommandProcess : IDisposable
{
    private const int LimitMilliseconds = 180_000;

    public string Folder { get; } = Directory.CreateTempSubdirectory("palimpsest").FullName;

    /// <summary>Settings that make the main job a matter of seconds.</summary>
    public static string[] Small =>
    [
        "--batch-size", "4", "--threads", "1", "--set", "data.facts=2", "--set", "data.examples_per_fact=4", "--set", "evaluate.other_owners=1", "--set", "evaluate.general_texts=8", "--set", "evaluate.samples=2",
    ];

    /// <summary>Starts the command in <see cref="Folder"/>.</summary>
    public Process Start(params string[] arguments) => Process.Start(Information("dotnet", [Path.Combine(AppContext.BaseDirectory, "Palimpsest.Cli.dll"), .. arguments]))!;

    /// <summary>Runs the command to its end.</summary>
    public (int Code, string Output, string Error) Run(params string[] arguments)
    {
        using Process process = Start(arguments);
        return Wait(process);
    }

    /// <summary>Runs a shell line in which $command is the command.</summary>
    public (int Code, string Output, string Error) Shell(string line)
    {
        using Process process = Process.Start(Information("bash", ["-c", $"command=\"dotnet {Path.Combine(AppContext.BaseDirectory, "Palimpsest.Cli.dll")}\"; {line}"]))!;
        return Wait(process);
    }

    public static (int Code, string Output, string Error) Wait(Process process)
    {
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(LimitMilliseconds))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"The command did not end. It said: {output.Result}{error.Result}");
        }

        process.WaitForExit();
        return (process.ExitCode, output.Result, error.Result);
    }

    public string Write(string name, string text)
    {
        string path = Path.Combine(Folder, name);
        using StreamWriter writer = File.CreateText(path);
        writer.Write(text);
        return path;
    }

    /// <summary>The one run there is.</summary>
    public string OnlyRun(string root = "runs") => Assert.Single(Directory.GetDirectories(Path.Combine(Folder, root)));

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private ProcessStartInfo Information(string program, IEnumerable<string> arguments) =>
        new(program, arguments) { WorkingDirectory = Folder, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
}
