namespace Palimpsest.Unlearning.SiftMasks.Store;

/// <summary>An owner's vector cannot be made again from the data at hand. If the right data is lost, the owner can still leave, by a sum that is built afresh
/// from the
/// others (<see cref="Deletion.ForgetByRebuild"/>).</summary>
/// <param name="owner">The owner's name.</param>
/// <param name="message">What is wrong, and where.</param>
/// <param name="cause">What reading the data found, if that is it.</param>
public sealed class LostDataException(string owner, string message, Exception? cause = null) : PalimpsestException(message, cause!)
{
    /// <summary>The owner's name.</summary>
    public string Owner { get; } = owner;
}
