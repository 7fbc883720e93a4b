using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using VtepLab.Neutron.Rest;
using BadHttpRequestException = Microsoft.AspNetCore.Http.BadHttpRequestException;

namespace VtepLab.WebHosting;

/// <summary>Serves Neutron's REST API over HTTP by Kestrel. Requests are handed to whoever answers them; its threads do nothing else.</summary>
public sealed class RestListener : IAsyncDisposable
{
    private const long MaxBodyBytes = 8 << 20;

    private readonly WebApplication _server;

    private RestListener(WebApplication server) => _server = server;

    /// <summary>Where it listens, with the port it was given: <c>http://127.0.0.1:9696</c>.</summary>
    public Uri Address => new(_server.Urls.First());

    /// <summary>Listens.</summary>
    /// <param name="listen">Address and port; port 0 for a free one.</param>
    /// <param name="answer">Answers a request; may be called on any thread, several times at once.</param>
    /// <param name="logs">Where logs go.</param>
    /// <exception cref="IOException">It cannot listen there.</exception>
    public static async Task<RestListener> StartAsync(
        IPEndPoint listen, Func<RestRequest, CancellationToken, Task<RestResponse>> answer, ILoggerFactory logs)
    {
        // Bare: no configuration files, no environment, no signals of its own.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options =>
        {
            options.AddServerHeader = false;
            options.Limits.MaxRequestBodySize = MaxBodyBytes;
            options.Listen(listen, at => at.Protocols = HttpProtocols.Http1);
        });
        builder.Services.AddSingleton(logs);
        var server = builder.Build();
        server.Run(context => HandleAsync(context, answer));
        try
        {
            await server.StartAsync();
        }
        catch // Whatever it was, nobody else ends the server.
        {
            await server.DisposeAsync();
            throw;
        }

        return new RestListener(server);
    }

    /// <summary>Takes no more requests, answers those it has, and ends.</summary>
    public async ValueTask DisposeAsync()
    {
        await _server.StopAsync();
        await _server.DisposeAsync();
    }

    private static async Task HandleAsync(HttpContext context, Func<RestRequest, CancellationToken, Task<RestResponse>> answer)
    {
        RestResponse response;
        try
        {
            response = await answer(await ReadAsync(context), context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        }
        catch (BadHttpRequestException bad)
        {
            response = RestResponse.Of(new NeutronException(bad.StatusCode, "HTTPBadRequest", bad.Message));
        }
        catch (OperationCanceledException)
        {
            context.Abort(); // The client has gone.
            return;
        }

        context.Response.StatusCode = response.Status;
        context.Response.Headers["X-Openstack-Request-Id"] = $"req-{Guid.NewGuid():D}";
        if (response.Body is { } body)
        {
            var bytes = JsonSerializer.SerializeToUtf8Bytes(body);
            context.Response.ContentType = "application/json";
            context.Response.ContentLength = bytes.Length;
            if (context.Request.Method != "HEAD")
            {
                await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
            }
        }
    }

    private static async Task<RestRequest> ReadAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var path = context.Request.Path.Value ?? "/";
        return new RestRequest(
            context.Request.Method == "HEAD" ? "GET" : context.Request.Method,
            path.EndsWith(".json", StringComparison.Ordinal) ? path[..^".json".Length] : path,
            [.. context.Request.Query.SelectMany(q => q.Value.Select(v => KeyValuePair.Create(q.Key, v ?? "")))],
            body.ToArray(), CallerOf(context.Request.Headers), $"{context.Request.Scheme}://{context.Request.Host}");
    }

    // As Neutron's noauth pipeline: headers name the caller, and one who names nobody is an administrator.
    private static RestCaller CallerOf(IHeaderDictionary headers)
    {
        var project = headers["X-Project-Id"].FirstOrDefault() ?? headers["X-Tenant-Id"].FirstOrDefault();
        var roles = headers["X-Roles"].FirstOrDefault();
        return RestCaller.Admin with
        {
            Project = string.IsNullOrEmpty(project) ? RestCaller.Admin.Project : project,
            IsAdmin = roles is null || roles.Split(',', StringSplitOptions.TrimEntries).Contains("admin", StringComparer.OrdinalIgnoreCase),
        };
    }
}
