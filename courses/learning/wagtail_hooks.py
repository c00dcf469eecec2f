from wagtail import hooks

from courses.learning.viewsets import CoursesGroup


@hooks.register("register_admin_viewset")
def register_viewsets():
    return CoursesGroup()
