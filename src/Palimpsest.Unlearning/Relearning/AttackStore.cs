using Palimpsest.Runs;

namespace Palimpsest.Unlearning.Relearning;

/// <summary>Keeps what finished attacks found in a run's folder, so that an interrupted audit goes on with the next one.</summary>
/// <param name="run">The folder; null keeps nothing.</param>
public sealed class AttackStore(RunFolder? run)
{
    /// <summary>What was found before under a name, or is found now.</summary>
    /// <typeparam name="T">What is kept, as JSON.</typeparam>
    /// <param name="name">Name of the attack, unique in the run; it becomes a file's name.</param>
    /// <param name="find">Makes the attack.</param>
    public T Get<T>(string name, Func<T> find)
        where T : class
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(find);
        string file = "relearn-" + string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) ? char.ToLowerInvariant(c) : '-')) + ".json";
        if (run is not null && RunFolder.ReadArtifact<T>(run.Path, file) is T before)
        {
            return before;
        }

        T found = find();
        run?.WriteArtifact(file, found);
        return found;
    }
}
