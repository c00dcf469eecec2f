from django.http import JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render


def csrf_failure(request, reason=""):
    """A page left open too long. Whatever keeps work in the browser gets a fresh token and sends it again."""
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"code": "csrf", "token": get_token(request)}, status=403)
    return render(request, "403_csrf.html", status=403)
