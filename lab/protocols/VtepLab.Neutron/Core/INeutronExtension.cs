using System.Text.Json.Nodes;
using VtepLab.Neutron.Rest;

namespace VtepLab.Neutron.Core;

/// <summary>A service plugin, as the Neutron server around it sees it.</summary>
public interface INeutronExtension
{
    /// <summary>The entries of <c>/v2.0/extensions</c>.</summary>
    IReadOnlyList<JsonObject> Extensions { get; }

    /// <summary>The collections it serves, as they stand in paths: <c>l2-gateways</c>.</summary>
    IReadOnlyList<string> Collections { get; }

    /// <summary>Its rows of <c>/v2.0/agents</c>.</summary>
    IReadOnlyList<JsonObject> Agents { get; }

    /// <summary>Its members of a project's quota.</summary>
    JsonObject Quota { get; }

    /// <summary>Answers a request for one of its collections; what it accepts is on stable storage when it answers.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="rest">The path behind it, without slashes at its ends; empty for the collection itself.</param>
    /// <param name="request">The whole request.</param>
    /// <param name="cancel">The caller has gone.</param>
    /// <exception cref="NeutronException">It is refused.</exception>
    Task<RestResponse> HandleAsync(string collection, string rest, RestRequest request, CancellationToken cancel);

    /// <summary>A network is gone, durably; returns when the plugin has forgotten it as durably. Waits for no switch.</summary>
    Task NetworkDeletedAsync(string network, CancellationToken cancel);
}
