namespace Palimpsest.Common;

/// <summary>A record of a recipe that can say what is wrong with its values. The reader asks after binding and lists the problems of all records at once.</summary>
public interface IValidated
{
    /// <summary>One sentence a problem, none if all is well.</summary>
    /// <remarks>Start a sentence with the key it is about, in snake case (<c>steps must be at least 1, but is 0.</c>): the reader puts the section and the line before it.</remarks>
    IEnumerable<string> Problems();
}
