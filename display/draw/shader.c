/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/draw/shader.h"

#include <epoxy/gl.h>

const char display_shader_image[] = "precision highp float;\n"
				    "uniform sampler2D picture;\n"
				    "varying vec2 at;\n"
				    "void main()\n"
				    "{\n"
				    "	gl_FragColor = texture2D(picture, at);\n"
				    "}\n";

static const char vertex_shader[] = "attribute vec2 place;\n"
				    "attribute vec2 texel;\n"
				    "varying vec2 at;\n"
				    "void main()\n"
				    "{\n"
				    "	gl_Position = vec4(place, 0.0, 1.0);\n"
				    "	at = texel;\n"
				    "}\n";

static GLuint compile(GLenum kind, const char *text, struct base_error *err)
{
	GLuint shader = glCreateShader(kind);
	GLint compiled = GL_FALSE;
	char log[256] = "";

	glShaderSource(shader, 1, &text, NULL);
	glCompileShader(shader);
	glGetShaderiv(shader, GL_COMPILE_STATUS, &compiled);
	if (compiled)
		return shader;
	glGetShaderInfoLog(shader, sizeof(log), NULL, log);
	glDeleteShader(shader);
	base_error_set(err, BASE_FAILED, "the OpenGL driver does not accept a shader: %s", log);
	return 0;
}

uint32_t display_shader_link(const char *fragment, struct base_error *err)
{
	GLuint parts[2] = { compile(GL_VERTEX_SHADER, vertex_shader, err), 0 };
	GLuint program = glCreateProgram();
	GLint linked = GL_FALSE;

	if (parts[0] != 0)
		parts[1] = compile(GL_FRAGMENT_SHADER, fragment, err);
	if (parts[1] != 0) {
		glAttachShader(program, parts[0]);
		glAttachShader(program, parts[1]);
		glBindAttribLocation(program, DISPLAY_SHADER_PLACE, "place");
		glBindAttribLocation(program, DISPLAY_SHADER_TEXEL, "texel");
		glLinkProgram(program);
		glGetProgramiv(program, GL_LINK_STATUS, &linked);
		if (!linked)
			base_error_set(err, BASE_FAILED, "the OpenGL driver does not link shaders");
	}
	glDeleteShader(parts[0]);
	glDeleteShader(parts[1]);
	if (!linked) {
		glDeleteProgram(program);
		return 0;
	}
	return program;
}

void display_shader_draw(uint32_t program, const float places[8], const float texels[8])
{
	glUseProgram(program);
	glVertexAttribPointer(DISPLAY_SHADER_PLACE, 2, GL_FLOAT, GL_FALSE, 0, places);
	glVertexAttribPointer(DISPLAY_SHADER_TEXEL, 2, GL_FLOAT, GL_FALSE, 0, texels);
	glEnableVertexAttribArray(DISPLAY_SHADER_PLACE);
	glEnableVertexAttribArray(DISPLAY_SHADER_TEXEL);
	glDrawArrays(GL_TRIANGLE_STRIP, 0, 4);
}
