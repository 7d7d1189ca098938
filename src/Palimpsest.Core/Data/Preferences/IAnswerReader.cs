using Palimpsest.Data.Files;

namespace Palimpsest.Data.Preferences;

/// <summary>Makes examples of rows that say more than what is learnt: which answer is better, or which passage answers.</summary>
internal interface IAnswerReader
{
    /// <summary>The columns that must be there.</summary>
    IEnumerable<string> Required { get; }

    /// <summary>Whether a column is read, or looked at in order to refuse it.</summary>
    bool Uses(string name);

    /// <summary>Makes an example.</summary>
    /// <param name="cell">The value of a column; no value for one that is not there.</param>
    /// <param name="example">The example, where the values are one.</param>
    /// <param name="problem">Otherwise what is wrong and how to mend it: two sentences without the last full stop.</param>
    bool TryMake(Func<string, RowCell> cell, out TextExample example, out string problem);
}
