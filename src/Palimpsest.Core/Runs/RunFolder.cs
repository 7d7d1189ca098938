using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Palimpsest.Common;

namespace Palimpsest.Runs;

/// <summary>The folder of one run: recipe, state, metrics, checkpoints, artifacts and report. Whoever holds the object holds the run's lock.</summary>
/// <remarks>
/// The folder is readable only by its user. Files are replaced whole or not at all, metrics are appended line by line, so that a run can be killed at any moment and resumed.
/// Disposing frees the lock; a run that was not finished before is then shown as interrupted. Safe for several threads of one process.
/// </remarks>
public sealed class RunFolder : IDisposable
{
    private readonly Lock _gate = new();
    private readonly RunLock _lock;
    private readonly TimeProvider _time;
    private readonly MetricsFile _metrics;
    private readonly TensorBoardWriter _events;
    private RunInfo _info;

    private RunFolder(string path, RunLock held, RunInfo info, TimeProvider time)
    {
        (Path, _lock, _info, _time) = (path, held, info, time);
        _metrics = new MetricsFile(System.IO.Path.Combine(path, RunFiles.Metrics));
        _events = new TensorBoardWriter(path, time);
    }

    /// <summary>The folder, as a full path.</summary>
    public string Path { get; }

    /// <summary>What run.json says now.</summary>
    public RunInfo Info
    {
        get
        {
            lock (_gate)
                return _info;
        }
    }

    /// <summary>Folder of checkpoints, made on first use.</summary>
    /// <exception cref="PalimpsestException">It cannot be made.</exception>
    public string Checkpoints => Made("checkpoints");

    /// <summary>Folder of what the run produces, made on first use.</summary>
    /// <exception cref="PalimpsestException">It cannot be made.</exception>
    public string Artifacts => Made("artifacts");

    /// <summary>The resolved recipe.</summary>
    public string RecipePath => System.IO.Path.Combine(Path, RunFiles.Recipe);

    /// <summary>Where the report belongs.</summary>
    public string ReportPath => System.IO.Path.Combine(Path, "report.html");

    /// <summary>Where the verdicts on claims belong.</summary>
    public string ClaimsPath => System.IO.Path.Combine(Path, "claims.json");

    /// <summary>The folder of one seed in the folder of a run over several.</summary>
    public static string OfSeed(string path, long seed) => System.IO.Path.Combine(path, "seeds", seed.ToString(CultureInfo.InvariantCulture));

    /// <summary>Makes a new folder <c>yyyyMMdd-HHmmss-kind</c> (UTC; <c>-2</c>, <c>-3</c> and so on where the name is taken) with recipe.yaml, run.json and the lock.</summary>
    /// <param name="root">Folder of all runs; made if needed.</param>
    /// <param name="kind">Kind of the experiment, in small letters, digits and dashes.</param>
    /// <param name="recipeYaml">The resolved recipe.</param>
    /// <exception cref="PalimpsestException">The folder cannot be written to, or the disk is full.</exception>
    public static RunFolder Create(string root, string kind, string recipeYaml) => Create(root, kind, recipeYaml, TimeProvider.System);

    /// <summary>Opens the run in a folder of a fixed name, or makes it there: a part of a larger run, such as one of its seeds.</summary>
    /// <param name="path">The part's folder.</param>
    /// <param name="kind">Kind of the experiment.</param>
    /// <param name="recipeYaml">The resolved recipe, used if the part is new.</param>
    /// <exception cref="PalimpsestException">As for <see cref="Open(string)"/>; the folder cannot be written to, or the disk is full.</exception>
    public static RunFolder OpenOrCreate(string path, string kind, string recipeYaml)
    {
        if (File.Exists(System.IO.Path.Combine(path, RunFiles.Info)))
            return Open(path);
        path = System.IO.Path.GetFullPath(path);
        RunLock held = RunFiles.Guard(path, () =>
        {
            RunFiles.PrivateFolder(path);
            return RunLock.TryTake(System.IO.Path.Combine(path, RunFiles.Lock));
        }) ?? throw new PalimpsestException($"{path}: another process works on this run. Wait until it ends, or stop it, and try again.");
        return Begin(path, held, kind, recipeYaml, TimeProvider.System);
    }

    internal static RunFolder Create(string root, string kind, string recipeYaml, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(kind);
        ArgumentNullException.ThrowIfNull(recipeYaml);
        if (kind.Length == 0 || !kind.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-'))
            throw new PalimpsestException($"The kind of a run must be of small letters, digits and dashes, but is \"{kind}\".");

        (string path, RunLock held) = RunFiles.Claim(root, string.Create(CultureInfo.InvariantCulture, $"{time.GetUtcNow():yyyyMMdd-HHmmss}-{kind}"));
        return Begin(path, held, kind, recipeYaml, time);
    }

    private static RunFolder Begin(string path, RunLock held, string kind, string recipeYaml, TimeProvider time)
    {
        try
        {
            AtomicFile.WriteText(System.IO.Path.Combine(path, RunFiles.Recipe), recipeYaml, onlyForUser: true);
            RunInfo info = new()
            {
                Status = RunStatus.Running,
                Kind = kind,
                Started = time.GetUtcNow(),
                Arguments = RunArguments.Current(),
                RecipeSha256 = Convert.ToHexStringLower(SHA256.HashData(new UTF8Encoding(false).GetBytes(recipeYaml))),
                Hardware = RunHardware.Current(),
            };
            AtomicFile.WriteText(System.IO.Path.Combine(path, RunFiles.Info), info.ToJson(), onlyForUser: true);
            return new RunFolder(path, held, info, time);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Opens a run to resume it: takes the lock and marks it as running, except when it is finished already.</summary>
    /// <exception cref="PalimpsestException">The folder is no run, its run.json is damaged, or another process works on it.</exception>
    public static RunFolder Open(string path) => Open(path, TimeProvider.System);

    internal static RunFolder Open(string path, TimeProvider time)
    {
        RunFiles.Stored(path);
        path = System.IO.Path.GetFullPath(path);
        RunLock held = RunFiles.Guard(path, () => RunLock.TryTake(System.IO.Path.Combine(path, RunFiles.Lock)))
            ?? throw new PalimpsestException($"{path}: another process works on this run. Wait until it ends, or stop it, and try again.");
        try
        {
            // Read again under the lock: the process that held it may have written a last time.
            RunFolder run = new(path, held, RunFiles.Stored(path), time);
            if (run._info.Status != RunStatus.Finished)
                run.Update(info => info with { Status = RunStatus.Running, Ended = null, Problem = null, Hardware = RunHardware.Current() });
            return run;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>What a run says about itself, read without its lock. A run marked as running that no process works on is given as interrupted.</summary>
    /// <exception cref="PalimpsestException">The folder is no run, or its run.json is damaged.</exception>
    public static RunInfo Read(string path)
    {
        RunInfo info = RunFiles.Stored(path);
        if (info.Status != RunStatus.Running || RunLock.Held(System.IO.Path.Combine(path, RunFiles.Lock)))
            return info;

        // It may have come to its end between the two looks.
        info = RunFiles.Stored(path);
        return info.Status == RunStatus.Running ? info with { Status = RunStatus.Interrupted } : info;
    }

    /// <summary>The runs in a folder, newest first; whatever is no run or cannot be read is left out.</summary>
    /// <param name="root">Folder of all runs; if it does not exist there are none.</param>
    /// <exception cref="PalimpsestException">The folder cannot be read.</exception>
    public static IReadOnlyList<RunListing> List(string root)
    {
        if (!Directory.Exists(root))
            return [];

        List<RunListing> runs = [];
        foreach (string path in RunFiles.Guard(root, () => Directory.GetDirectories(root)))
        {
            try
            {
                if (File.Exists(System.IO.Path.Combine(path, RunFiles.Info)))
                    runs.Add(new RunListing(path, Read(path)));
            }
            catch (PalimpsestException)
            {
                // One damaged folder must not hide all others.
            }
        }

        return [.. runs.OrderByDescending(run => run.Info.Started).ThenByDescending(run => run.Path, StringComparer.Ordinal)];
    }

    /// <summary>Appends one line to metrics.jsonl and an event for TensorBoard; both reach the system before the call returns.</summary>
    /// <param name="values">Values by name; NaN and infinities are written as text. No name may be <c>step</c>.</param>
    /// <param name="step">Step of the run.</param>
    /// <exception cref="PalimpsestException">The disk is full or the file cannot be written.</exception>
    public void AppendMetrics(IReadOnlyDictionary<string, double> values, long step)
    {
        ArgumentNullException.ThrowIfNull(values);
        lock (_gate)
        {
            _metrics.Append(values, step);
            _events.Scalars(values, step);
        }
    }

    /// <summary>Drops the lines after a step, and has TensorBoard forget them, so that a run resumed from there does not repeat them.</summary>
    /// <param name="step">The last step to keep.</param>
    /// <exception cref="PalimpsestException">The file is damaged or cannot be written.</exception>
    public void TruncateMetrics(long step)
    {
        lock (_gate)
        {
            if (_metrics.Truncate(step))
                _events.Restart(step + 1);
        }
    }

    /// <summary>All lines of metrics.jsonl in their order.</summary>
    /// <exception cref="PalimpsestException">The file is damaged or cannot be read.</exception>
    public IReadOnlyList<MetricsRow> ReadMetrics() => ReadMetrics(Path);

    /// <summary>The metrics of any run, read without its lock; a line that is just being written is left out.</summary>
    /// <param name="path">Folder of a run.</param>
    /// <exception cref="PalimpsestException">The file is damaged or cannot be read.</exception>
    public static IReadOnlyList<MetricsRow> ReadMetrics(string path) => MetricsFile.Read(System.IO.Path.Combine(path, RunFiles.Metrics));

    /// <summary>Changes run.json, whole or not at all.</summary>
    /// <param name="change">Gives the new state from the present one.</param>
    /// <exception cref="PalimpsestException">The folder cannot be written to, or the disk is full.</exception>
    public void Update(Func<RunInfo, RunInfo> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        lock (_gate)
        {
            RunInfo next = change(_info);
            AtomicFile.WriteText(System.IO.Path.Combine(Path, RunFiles.Info), next.ToJson(), onlyForUser: true);
            _info = next;
        }
    }

    /// <summary>Writes down what the run reads, or, when it goes on, compares it with what it read at first: that stays in run.json.</summary>
    /// <param name="inputs">What is there now, by name.</param>
    /// <exception cref="PalimpsestException">An input is not what it was; or the folder cannot be written to.</exception>
    public void SetInputs(IReadOnlyDictionary<string, RunInput> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        IReadOnlyDictionary<string, RunInput> first = Info.Inputs;
        foreach ((string name, RunInput now) in inputs)
        {
            if (first.TryGetValue(name, out RunInput? then) && then.Sha256 != now.Sha256)
            {
                throw new PalimpsestException(
                    $"{now.Path}: is not the {name} that the run began with (sha256 {Start(then.Sha256)} then, {Start(now.Sha256)} now), so it cannot "
                        + $"go on with it. Put the original back, or start a new run: palimpsest run {ShellText.Quote(RecipePath)}");
            }
        }

        Update(info => info with { Inputs = first.Concat(inputs.Where(input => !first.ContainsKey(input.Key))).ToDictionary(StringComparer.Ordinal) });

        static string Start(string hash) => hash[..Math.Min(12, hash.Length)];
    }

    /// <summary>Marks the run as ended now.</summary>
    /// <param name="status">How it ended.</param>
    /// <param name="problem">Message of the error, for <see cref="RunStatus.Failed"/>.</param>
    /// <exception cref="ArgumentException"><paramref name="status"/> is <see cref="RunStatus.Running"/>.</exception>
    /// <exception cref="PalimpsestException">The folder cannot be written to, or the disk is full.</exception>
    public void Finish(RunStatus status, string? problem = null)
    {
        if (status == RunStatus.Running)
            throw new ArgumentException("A run does not end by running.", nameof(status));
        Update(info => info with { Status = status, Ended = _time.GetUtcNow(), Problem = problem });
    }

    /// <summary>Writes a value as JSON into the artifacts, whole or not at all.</summary>
    /// <param name="name">File name, such as <c>result.json</c>.</param>
    /// <param name="value">Anything that System.Text.Json writes.</param>
    /// <exception cref="PalimpsestException">The disk is full or the file cannot be written.</exception>
    public void WriteArtifact<T>(string name, T value) => AtomicFile.WriteText(System.IO.Path.Combine(Artifacts, name), JsonSerializer.Serialize(value, RunJson.Options) + "\n", onlyForUser: true);

    /// <summary>Reads a value that <see cref="WriteArtifact"/> wrote, without the run's lock.</summary>
    /// <param name="path">Folder of a run.</param>
    /// <param name="name">File name.</param>
    /// <returns>The value, or null if there is no such file.</returns>
    /// <exception cref="PalimpsestException">The file is damaged or cannot be read.</exception>
    public static T? ReadArtifact<T>(string path, string name)
        where T : class
    {
        string file = System.IO.Path.Combine(path, "artifacts", name);
        if (!File.Exists(file))
            return null;
        try
        {
            return JsonSerializer.Deserialize<T>(RunFiles.ReadText(file), RunJson.Options);
        }
        catch (JsonException error)
        {
            throw new PalimpsestException($"{file}: damaged, or not written by this version ({error.Message.TrimEnd('.')}). Start the recipe again.", error);
        }
    }

    /// <summary>Writes the value that a run, or one seed of it, has at its end.</summary>
    /// <param name="value">Anything that System.Text.Json writes.</param>
    /// <exception cref="PalimpsestException">The disk is full or the file cannot be written.</exception>
    public void WriteResult<T>(T value) => WriteArtifact(RunFiles.Result, value);

    /// <summary>Reads the value that a run writes at its end.</summary>
    /// <param name="path">Folder of a run, or of one seed of it.</param>
    /// <exception cref="PalimpsestException">The run has not come to its end, or the file is damaged or cannot be read.</exception>
    public static T ResultOf<T>(string path)
        where T : class =>
        ReadArtifact<T>(path, RunFiles.Result)
            ?? throw new UnfinishedRunException(path);

    /// <summary>Frees the lock.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _metrics.Dispose();
            _events.Dispose();
        }

        _lock.Dispose();
    }

    private string Made(string name)
    {
        string path = System.IO.Path.Combine(Path, name);
        return RunFiles.Guard(path, () =>
        {
            RunFiles.PrivateFolder(path);
            return path;
        });
    }
}
